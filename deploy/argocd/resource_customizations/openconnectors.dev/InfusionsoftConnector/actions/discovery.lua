local annotations = obj.metadata.annotations
local paused = annotations ~= nil and annotations["openconnectors.dev/paused"] or nil
local isPaused = paused ~= nil and paused ~= "" and paused ~= "false"
-- There is something to switch to before the switch, and to switch back to during the retention.
local status = obj.status
local canSwitch = status ~= nil and (status.next ~= nil or status.replacing ~= nil)
local isObserved = obj.spec ~= nil and obj.spec.managementPolicy == "Observe"

return {
  ["reconcile"] = {
    ["displayName"] = "Reconcile now",
    ["iconClass"] = "fa fa-fw fa-sync",
    ["disabled"] = isPaused,
  },
  ["reauthorize"] = {
    ["displayName"] = "Ask for a new consent",
    ["iconClass"] = "fa fa-fw fa-key",
    ["disabled"] = isPaused or isObserved,
  },
  ["switch"] = {
    ["displayName"] = "Switch to the other instance",
    ["iconClass"] = "fa fa-fw fa-exchange-alt",
    ["disabled"] = isPaused or not canSwitch,
  },
  ["pause"] = {
    ["displayName"] = "Pause",
    ["iconClass"] = "fa fa-fw fa-pause",
    ["disabled"] = isPaused,
  },
  ["resume"] = {
    ["displayName"] = "Resume",
    ["iconClass"] = "fa fa-fw fa-play",
    ["disabled"] = not isPaused,
  },
}
