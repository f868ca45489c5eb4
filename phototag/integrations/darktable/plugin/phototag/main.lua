-- phototag in darktable: what darktable loads, by a line in its luarc.
--
-- Whatever goes wrong here, darktable starts as without it.

local dt = require "darktable"

local function install()
  if dt.configuration.running_os == "windows" then
    dt.print_error("phototag: its panel needs a system with a POSIX shell and named pipes")
    return
  end
  local fine, problem = pcall(function() require("phototag.panel").install() end)
  if not fine then dt.print_error("phototag: its panel cannot be shown: " .. tostring(problem)) end
end

-- Without a window (darktable-cli), widgets and preferences would wait for one for ever.
if dt.configuration.has_gui then install() end
