if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
-- An annotation, because a change of spec.suspend would be drift that self-healing undoes.
obj.metadata.annotations["openconnectors.dev/paused"] = "true"
return obj
