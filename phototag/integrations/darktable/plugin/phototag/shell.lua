-- Commands of `sh`: their words, and what they print.

local dt = require "darktable"
local files = require "phototag.files"

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

-- What a command has printed, whether it failed or not. Unlike `io.popen`, it leaves darktable's Lua to others meanwhile.
function shell.printed(command)
  local name = os.tmpname()
  dt.control.execute("{ " .. command .. "\n} >" .. shell.quoted(name) .. " 2>/dev/null </dev/null")
  local text = files.text(name)
  os.remove(name)
  return text
end

return shell
