-- Runs inside darktable: does what a test asks for, a file of Lua each, and writes down what came of it, as JSON.

local dt = require "darktable"
local json = require "phototag.json"

local folder = os.getenv("LIGHTTABLE_FOLDER")
local PATIENCE = 20 -- ms between two looks

local function contents(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function write(name, text)
  local file = assert(io.open(folder .. "/new", "w"))
  file:write(text)
  file:close()
  os.rename(folder .. "/new", folder .. "/" .. name)
end

-- What the Lua of tests finds.
local known = setmetatable({ dt = dt, panel = require "phototag.panel" }, { __index = _G })

-- Imports a folder, and knows its images by name once all are there: newer versions import in the background.
function known.imported(path, count)
  local film, names = dt.database.import(path), 0
  while names < count do
    dt.control.sleep(300)
    known.images, names = {}, 0
    for at = 1, #film do
      local name = film[at].filename
      if not known.images[name] then names = names + 1 end
      known.images[name] = film[at]
    end
  end
  return names
end

function known.tags(image)
  local names = {}
  for _, tag in ipairs(dt.tags.get_tags(image)) do
    if not string.find(tag.name, "^darktable|") then names[#names + 1] = tag.name end
  end
  table.sort(names)
  return names
end

function known.select(names)
  local chosen = {}
  for at, name in ipairs(names) do chosen[at] = known.images[name] end
  dt.gui.selection(chosen)
end

function known.shown()
  return { verdict = known.panel.verdict.label, reason = known.panel.reason.label, status = known.panel.status.label }
end

-- Waits for a condition, at most so many seconds; says whether it came true.
function known.wait(seconds, condition)
  local begun = os.time()
  while not condition() do
    if os.time() - begun > seconds then return false end
    dt.control.sleep(PATIENCE)
  end
  return true
end

local function answer(text)
  local run, problem = load(text, "asked", "t", known)
  if not run then return { problem = problem } end
  local fine, value = xpcall(run, debug.traceback)
  if not fine then return { problem = tostring(value) } end
  return { value = value == nil and json.null or value }
end

dt.control.dispatch(function()
  while not known.panel.verdict do dt.control.sleep(PATIENCE) end
  write("ready", "")
  local number = 1
  while not dt.control.ending do
    local text = contents(folder .. "/ask" .. number)
    if text then
      write("answer" .. number, json.encode(answer(text)))
      number = number + 1
    else
      dt.control.sleep(PATIENCE)
    end
  end
end)
