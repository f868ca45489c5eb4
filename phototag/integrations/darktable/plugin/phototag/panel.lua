-- phototag's panel in the lighttable: what it says, and its buttons.

local dt = require "darktable"
local filter = require "phototag.filter"
local messages = require "phototag.messages"
local photos = require "phototag.photos"
local preferences = require "phototag.preferences"
local reading = require "phototag.reading"
local service = require "phototag.service"
local settings = require "phototag.settings"
local texts = require "phototag.texts"
local words = require "phototag.words"
local work = require "phototag.work"

local panel = {}

local WIDTH = 36 -- characters of a line; a longer one would make darktable's side wider
local NAME = "phototag" -- of the panel in darktable
local SETTLED = 1000 -- ms that the window gets to begin

local function label(text)
  return dt.new_widget("label") { label = text, halign = "start", ellipsize = "end", selectable = true }
end

-- Makes the lines that change, once; tests read them, too.
local function build()
  if panel.verdict then return end
  panel.reason = label("")
  panel.status = label("")
  panel.verdict = label("no photo is selected")
end

local function say(widget, text)
  widget.label = texts.wrapped(text, WIDTH)
  widget.tooltip = text
end

local function reason_of(seen)
  local lines = seen.record and texts.reasons(seen.record.contributions) or {}
  if seen.wrong then lines = { texts.problem(seen.wrong) } end
  if (seen.selected or 0) > 1 then
    local name = texts.name(seen.image.filename)
    table.insert(lines, 1, string.format("%s, one of %d selected photos", name, seen.selected))
  end
  return table.concat(lines, "\n")
end

local function verdict_of(seen)
  if not seen.image then return "no photo is selected" end
  if seen.record then return texts.verdict(seen.record) end
  if seen.wrong then return "cannot be read" end
  return seen.read and "not tagged by phototag" or texts.name(seen.image.filename)
end

local function show(seen)
  build()
  say(panel.verdict, verdict_of(seen))
  say(panel.reason, reason_of(seen))
end

-- Does something of the user's, and says how it ended.
local function act(action)
  build()
  local fine, said = pcall(action)
  if not fine then
    messages.problem(tostring(said))
  elseif said then
    say(panel.status, said)
    messages.show(said)
  end
  reading.refresh()
end

-- The images to do something with: the selected ones, wherever the pointer is; without a selection the one under it.
local function chosen()
  local selected = dt.gui.selection()
  return #selected > 0 and selected or dt.gui.action_images
end

function panel.tag()
  act(function() return work.tag(chosen()) end)
end

function panel.take_back()
  act(function() return work.take_back(chosen()) end)
end

-- Tells why, in phototag's own sentences; the photo is analysed again for this.
function panel.explain()
  local image = reading.image()
  if not image then
    messages.show("no photo is selected")
    return
  end
  local result, wrong = service.ask(settings.command, "analyze", { path = photos.path_of(image) })
  if wrong then
    messages.problem(texts.name(image.filename) .. ": " .. texts.problem(wrong))
  else
    say(panel.reason, table.concat(texts.explanation(result), "\n"))
  end
end

function panel.only_headshots()
  act(function()
    local tag = words.headshot()
    if not tag then return "your vocabulary has no keyword for headshots" end
    local narrowed = filter.toggle(tag)
    if narrowed == nil then return "the collection has too many rules already" end
    return narrowed and "only headshots are shown" or "all photos of the collection are shown"
  end)
end

local function button(text, tooltip, action)
  return dt.new_widget("button") { label = text, tooltip = tooltip, ellipsize = "none", clicked_callback = action }
end

-- The buttons come first, so that they do not move when the texts below them grow.
local function content()
  return dt.new_widget("box") {
    orientation = "vertical",
    dt.new_widget("box") {
      orientation = "horizontal",
      button("tag", "tell headshots from portraits, write the verdict into the selected photos, and attach it here",
        panel.tag),
      button("take back", "take out of the selected photos what phototag has written", panel.take_back),
    },
    dt.new_widget("box") {
      orientation = "horizontal",
      button("only headshots", "show only the headshots of the collection; press again to see all",
        panel.only_headshots),
      button("explain", "why: in sentences, for the photo whose verdict is shown", panel.explain),
    },
    panel.verdict,
    panel.reason,
    panel.status,
  }
end

-- Shortcuts, which the user sets in darktable's preferences.
local SHORTCUTS = {
  { "phototag_tag", "phototag: tag the selected photos", panel.tag },
  { "phototag_take_back", "phototag: take back", panel.take_back },
  { "phototag_only_headshots", "phototag: only headshots", panel.only_headshots },
}

local shown = false

local function register()
  if shown or dt.gui.current_view().id ~= "lighttable" then return end
  shown = true
  preferences.register()
  build()
  dt.register_lib(NAME, "phototag", true, false,
    { [dt.gui.views.lighttable] = { "DT_UI_CONTAINER_PANEL_RIGHT_CENTER", 100 } }, content(), nil, nil)
end

-- Registers the shortcuts, watches the selection, and puts the panel into the lighttable: as soon as the user goes
-- there or looks at a photo, else a moment after the start.
--
-- Widgets and preferences are not made at once: Lua begins shortly before the window's main loop, and a darktable that
-- is told to make them in between waits for itself for ever (seen in 4.2.1 on a busy machine, where its own luarc does
-- so).
function panel.install()
  reading.shown_by(show)
  for _, shortcut in ipairs(SHORTCUTS) do
    local name, text, action = table.unpack(shortcut)
    dt.register_event(name, "shortcut", function() action() end, text)
  end
  for _, event in ipairs({ "selection-changed", "mouse-over-image-changed" }) do
    dt.register_event("phototag_" .. event, event, function()
      register()
      reading.refresh()
    end)
  end
  dt.register_event("phototag_view", "view-changed", register)
  dt.register_event("phototag_exit", "exit", service.stop)
  dt.control.dispatch(function()
    dt.control.sleep(SETTLED)
    if not dt.control.ending then register() end
  end)
end

return panel
