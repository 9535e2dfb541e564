local annotations = obj.metadata.annotations
local paused = annotations ~= nil and annotations["openconnectors.dev/paused"] or nil
local isPaused = paused ~= nil and paused ~= "" and paused ~= "false"
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
