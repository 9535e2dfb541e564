if obj.metadata.annotations ~= nil then
  obj.metadata.annotations["openconnectors.dev/paused"] = nil
end
return obj
