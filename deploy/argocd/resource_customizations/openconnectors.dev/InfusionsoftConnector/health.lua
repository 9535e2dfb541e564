-- Only what Argo CD gives to scripts in argocd-cm is used here: the base library, no string functions.
-- InfusionsoftConnector follows kstatus: Reconciling and Stalled are there only while they are True.

local function condition(type)
  if obj.status ~= nil and obj.status.conditions ~= nil then
    for _, candidate in ipairs(obj.status.conditions) do
      if candidate.type == type then
        return candidate
      end
    end
  end
  return nil
end

local function paused()
  local annotations = obj.metadata.annotations
  return (obj.spec ~= nil and obj.spec.suspend == true)
    or (annotations ~= nil and annotations["openconnectors.dev/paused"] ~= nil
      and annotations["openconnectors.dev/paused"] ~= ""
      and annotations["openconnectors.dev/paused"] ~= "false")
end

if paused() then
  return { status = "Suspended", message = "Suspended: the operator leaves the connector alone" }
end

local ready = condition("Ready")
if ready == nil then
  return { status = "Progressing", message = "Waiting for the operator" }
end
if obj.metadata.generation ~= nil and obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for the operator to see the latest change" }
end

local stalled = condition("Stalled")
if stalled ~= nil and stalled.status == "True" then
  return { status = "Degraded", message = stalled.reason .. ": " .. stalled.message }
end

-- Somebody has to allow access at the provider. Nothing is broken, and no retry would help.
local authorized = condition("Authorized")
if authorized ~= nil and authorized.status == "False" and authorized.reason == ready.reason then
  return { status = "Suspended", message = ready.reason .. ": " .. ready.message }
end

local reconciling = condition("Reconciling")
if reconciling ~= nil and reconciling.status == "True" then
  return { status = "Progressing", message = ready.reason .. ": " .. ready.message }
end

-- spec.managementPolicy is Observe: the changes wait for a review.
if ready.status ~= "True" and ready.reason == "ChangesPlanned" then
  return { status = "Suspended", message = ready.reason .. ": " .. ready.message }
end

if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
return { status = "Degraded", message = ready.reason .. ": " .. ready.message }
