-- Files, read whole.

local files = {}

-- What stands in a file, and whether it could be read; otherwise "".
function files.text(path)
  local file = io.open(path, "r")
  if not file then return "", false end
  local text = file:read("a") or ""
  file:close()
  return text, true
end

return files
