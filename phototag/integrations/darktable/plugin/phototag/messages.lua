-- What the user is told: a line over the photos, and the log of darktable for all that is longer.

local dt = require "darktable"

local messages = {}

-- Shows a line over the photos for some seconds.
function messages.show(text)
  dt.print("phototag: " .. text)
end

-- Writes to darktable's log: what it prints when it is started by `darktable -d lua`.
function messages.log(text)
  dt.print_error("phototag: " .. text)
end

-- Shows what went wrong, and keeps it in the log.
function messages.problem(text)
  messages.show(text)
  messages.log(text)
end

return messages
