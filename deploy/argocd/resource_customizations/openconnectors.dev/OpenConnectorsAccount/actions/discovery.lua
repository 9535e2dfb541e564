return {
  ["reconcile"] = {
    ["displayName"] = "Verify now",
    ["iconClass"] = "fa fa-fw fa-sync",
    ["disabled"] = false,
  },
}
