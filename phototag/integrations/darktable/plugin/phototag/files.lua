-- Files, read whole.

local files = {}

-- What stands in a file; "" where it cannot be read.
function files.text(path)
  local file = io.open(path, "r")
  if not file then return "" end
  local text = file:read("a") or ""
  file:close()
  return text
end

return files
