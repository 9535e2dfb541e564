local annotations = obj.metadata.annotations
local isPaused = annotations ~= nil and annotations["openconnectors.dev/paused"] == "true"

return {
  ["reconcile"] = {
    ["displayName"] = "Reconcile now",
    ["iconClass"] = "fa fa-fw fa-sync",
    ["disabled"] = isPaused,
  },
  ["reauthorize"] = {
    ["displayName"] = "Ask for a new consent",
    ["iconClass"] = "fa fa-fw fa-key",
    ["disabled"] = isPaused,
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
