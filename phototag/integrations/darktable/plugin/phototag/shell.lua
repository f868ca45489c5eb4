-- Words of a command for `sh`.

local shell = {}

-- A word that the shell takes as it stands, whatever is in it.
function shell.quoted(word)
  return "'" .. string.gsub(word, "'", "'\\''") .. "'"
end

-- The words of a command, one after the other.
function shell.line(words)
  local parts = {}
  for _, word in ipairs(words) do parts[#parts + 1] = shell.quoted(word) end
  return table.concat(parts, " ")
end

-- What a short command prints; nil if it fails. darktable waits meanwhile.
function shell.printed(command)
  local stream = io.popen(command, "r")
  if not stream then return nil end
  local text = stream:read("a")
  return stream:close() and text or nil
end

return shell
