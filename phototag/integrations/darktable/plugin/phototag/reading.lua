-- What phototag has written into the photo that the user looks at, read without keeping the window waiting.

local dt = require "darktable"
local json = require "phototag.json"
local messages = require "phototag.messages"
local photos = require "phototag.photos"
local service = require "phototag.service"
local settings = require "phototag.settings"

local reading = {}

local PAUSE = 120 -- ms that the user must stay with a photo before it is read

local last -- the id of the image that was shown last
local at_work = false
local wanted = 0 -- counts what has changed, so that only the last change is read
local show = function() end -- the panel's

-- The photo to tell about, and how many are selected: the one under the pointer if it is one of these, else the first.
-- Without a selection it is the one under the pointer.
local function looked_at()
  local selected, hovered = dt.gui.selection(), dt.gui.hovered
  if #selected == 0 then return hovered, 0 end
  for _, image in ipairs(selected) do
    if hovered and image.id == hovered.id then return hovered, #selected end
  end
  return selected[1], #selected
end

local function read()
  local image, selected = looked_at()
  if not image then
    show({})
  elseif selected == 0 and not service.runs() then
    -- The pointer alone starts no program.
    show({ image = image, selected = 0 })
  else
    if image.id ~= last then show({ image = image, selected = selected }) end
    local result, wrong = service.ask(settings.command, "show", { path = photos.path_of(image) })
    local record = result and result.record
    if record == json.null then record = nil end
    show({ image = image, selected = selected, record = record, wrong = wrong, read = true })
  end
  last = image and image.id
end

-- Reads the photo again that the user looks at. Events come faster than photos are read: while one is read, the others
-- only say that there is more to do.
function reading.refresh()
  wanted = wanted + 1
  if at_work then return end
  at_work = true
  local fine, problem = pcall(function()
    local seen
    repeat
      repeat
        seen = wanted
        dt.control.sleep(PAUSE)
      until seen == wanted or dt.control.ending
      if not dt.control.ending then read() end
    until seen == wanted or dt.control.ending
  end)
  at_work = false
  if not fine then messages.log(tostring(problem)) end
end

-- The photo that the user looks at; nil if there is none.
function reading.image()
  return (looked_at())
end

-- Sets the function that shows what was read: it gets { image, selected, record, wrong, read }.
function reading.shown_by(panel)
  show = panel
end

return reading
