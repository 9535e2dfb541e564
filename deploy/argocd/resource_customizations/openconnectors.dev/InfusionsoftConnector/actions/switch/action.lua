local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
-- The operator acts once on each new value, and shows in status which it has handled.
obj.metadata.annotations["openconnectors.dev/switch"] = os.date("!%Y-%m-%dT%XZ")
return obj
