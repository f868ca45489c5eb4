-- The warm phototag behind the panel: `phototag serve --stdio`, one for as long as darktable runs.
--
-- Questions go into a named pipe, answers come at the end of a file; both lie in a private folder. Nothing here waits
-- for the other side while darktable's Lua is locked: opening the pipe for reading and writing never waits, a file
-- can be read at any time, and between two looks the lock is given back.
--
-- The file of answers would grow as long as darktable runs, in a folder that is in memory on most systems. So it is
-- emptied now and then, when no answer is due: the service only writes answers, at the end of the file, wherever that is.

local dt = require "darktable"
local files = require "phototag.files"
local json = require "phototag.json"
local shell = require "phototag.shell"

local service = {}

local LOOK = 20 -- ms between two looks for an answer
local START = 120 -- s until the service must have said that it is ready
local SILENCE = 180 -- s without any answer, while some are due, after which it counts as hung
local FAREWELL = 5 -- s that darktable's end waits for what is at work
local CANCELLED = 130 -- the code of a question that was taken back
local WINDOW = 4 -- questions that are asked before the first of them is answered
local MOST_KEPT = 1024 * 1024 -- bytes of answers that have been read, after which the file is emptied

local FOLDER = [[
umask 077
for place in "${XDG_RUNTIME_DIR:-}" "${TMPDIR:-/tmp}" /tmp; do
  test -n "$place" && folder=$(mktemp -d "$place/phototag-darktable.XXXXXX" 2>/dev/null) && break
done
mkfifo "$folder/questions" && : >"$folder/answers" && : >"$folder/end" && printf %s "$folder"
]]

-- Ends with darktable ($PPID), and takes its folder away once darktable has had time to read the last words in it. An
-- AppImage sets paths for its own libraries, with which other programs do not start.
local RUN = [[
test -z "${APPIMAGE:-}" || unset LD_LIBRARY_PATH PYTHONHOME PYTHONPATH
cd / || exit
(
  %s serve --stdio --ends-with $PPID <>%s >>%s 2>%s &
  echo $! >%s
  wait $!
  echo $? >%s
  for _ in 1 2 3 4 5; do kill -0 $PPID && sleep 1; done
  rm -rf %s
) </dev/null >/dev/null 2>&1 &
]]

local running = nil -- the service at work: folder, answers, rest, kept, due, asked, the_end, ready, ended, heard
local starting = false
local last_id = 0
local answers = {} -- by the id of the question

-- What the service has said last of itself, in one line.
local function last_words(folder)
  local last = "it ended without a word"
  for line in string.gmatch(files.text(folder .. "/log"), "[^\r\n]+") do last = line end
  return last
end

local function take(line)
  local said = json.decode(line)
  if type(said) ~= "table" then
    return
  elseif said.method == "ready" then
    running.ready = true
  elseif said.id and said.id ~= json.null then
    answers[said.id] = said
    if running.asked[said.id] then
      running.asked[said.id] = nil
      running.due = running.due - 1
    end
  end
end

-- Empties the file of answers once it is long, if all of them have been read and none can come: then nothing is lost.
local function tidy()
  if running.kept < MOST_KEPT or running.due > 0 or running.rest ~= "" or not running.ready then return end
  local file = io.open(running.folder .. "/answers", "w")
  if file then
    file:close()
    running.answers:seek("set", 0)
  end
  running.kept = 0
end

-- Takes in what the service has said since the last look.
local function look()
  if not running or running.ended then return end
  local ended = running.the_end:read("a") or "" -- first: what it says before its end is there by then
  local said = running.answers:read("a") or ""
  local text = running.rest .. said
  local at = 1
  for line, behind in string.gmatch(text, "([^\n]*)\n()") do
    running.heard = os.time()
    take(line)
    at = behind
  end
  running.rest = string.sub(text, at)
  running.kept = running.kept + #said
  if ended ~= "" then running.ended = last_words(running.folder) else tidy() end
end

local function alive()
  look()
  return running ~= nil and not running.ended
end

-- Ends the service, by force if it does not listen; the shell that has started it cleans up.
local function kill(why)
  if not running then return end
  local pid = string.match(files.text(running.folder .. "/pid"), "^%d+")
  if pid then
    dt.control.execute(string.format("(kill %s; sleep 3; kill -9 %s) </dev/null >/dev/null 2>&1 &", pid, pid))
  end
  running.ended = why
end

local function forget()
  if running then
    running.answers:close()
    running.the_end:close()
  end
  running = nil
end

local function launch(command)
  local folder = shell.printed(FOLDER)
  local answer_file = folder ~= "" and io.open(folder .. "/answers", "r")
  local end_file = answer_file and io.open(folder .. "/end", "r")
  if not end_file then return false, "no private folder can be made for it" end
  running = { folder = folder, answers = answer_file, the_end = end_file, rest = "", kept = 0, due = 0, asked = {},
    heard = os.time() }
  local function path(name) return shell.quoted(folder .. "/" .. name) end
  dt.control.execute(string.format(RUN, shell.line(command), path("questions"), path("answers"), path("log"),
    path("pid"), path("end"), shell.quoted(folder)))
  local begun = os.time()
  while alive() and not running.ready do
    if os.time() - begun > START then kill("it has not started within " .. START .. " s") end
    dt.control.sleep(LOOK)
  end
  return not running.ended, running.ended
end

-- Starts the service unless it runs. Returns whether it runs, and else why not.
local function start(command)
  while starting do dt.control.sleep(LOOK) end
  if alive() then return true end
  forget()
  starting = true
  local done, runs, why = pcall(launch, command)
  starting = false
  if not done then runs, why = false, tostring(runs) end
  if not runs then forget() end
  return runs, why
end

-- Sends a line; a service that has just ended is noticed by who waits for the answer.
local function send(message)
  local pipe = io.open(running.folder .. "/questions", "r+")
  if not pipe then
    running.ended = running.ended or last_words(running.folder)
    return
  end
  pipe:write(json.encode(message), "\n")
  pipe:close()
end

local function ask(question)
  last_id = last_id + 1
  running.asked[last_id] = true
  running.due = running.due + 1
  send({ jsonrpc = "2.0", id = last_id, method = question.method, params = question.params })
  return last_id
end

-- Whether the service runs now, without starting it.
function service.runs()
  return alive()
end

-- Tells the service to end, as darktable does at its own end.
function service.stop()
  if alive() then send({ jsonrpc = "2.0", id = 0, method = "shutdown" }) end
end

-- One go at many questions.
local Round = {}
Round.__index = Round

-- Whether a question may be asked now. While the file of answers is long it may not, until it has been emptied.
function Round:may_ask()
  local one = self.service
  return #self.left > 0 and self.asked < WINDOW and (one.kept < MOST_KEPT or one.due == 0)
end

-- Sends as many questions as may be asked at once.
function Round:fill()
  while self:may_ask() do
    local at = table.remove(self.left, 1)
    local before = self.questions[at].before or function() end
    local fine, problem = pcall(before)
    if not fine then
      self.answered(at, nil, { message = tostring(problem) })
    elseif running ~= self.service then -- it has died meanwhile: who starts it anew asks again
      table.insert(self.left, 1, at)
      return
    else
      self.waiting[ask(self.questions[at])] = at
      self.asked = self.asked + 1
      self.since = os.time()
    end
  end
end

-- Hands on what has been answered.
function Round:collect()
  for id, at in pairs(self.waiting) do
    local said = answers[id]
    if said then
      answers[id] = nil
      self.waiting[id] = nil
      self.asked = self.asked - 1
      local result = said.result
      self.answered(at, result ~= json.null and result or nil, said.error)
    end
  end
end

-- Gives up what is not asked, or was not answered by a dead service, and asks those at work to stop.
function Round:stop()
  self:give_up()
  if self.stopping then return end
  self.stopping = os.time()
  for id in pairs(self.waiting) do
    send({ jsonrpc = "2.0", method = "cancel", params = { id = id } })
  end
end

-- The questions that a dead service has left unanswered are asked again.
function Round:put_back()
  local lost = {}
  for _, at in pairs(self.waiting) do lost[#lost + 1] = at end
  table.sort(lost)
  for place, at in ipairs(lost) do table.insert(self.left, place, at) end
  self.waiting, self.asked = {}, 0
end

function Round:fail(why)
  self:put_back()
  for _, at in ipairs(self.left) do
    self.answered(at, nil, { message = "phototag has not answered: " .. why,
      data = { problem = "phototag has not answered: " .. why, remedy = "try `phototag doctor` in a terminal" } })
  end
  self.left = {}
end

-- Nothing comes of what a dead service was to take back.
function Round:give_up()
  for _, at in ipairs(self.left) do
    self.answered(at, nil, { code = CANCELLED, message = "phototag was stopped" })
  end
  self.left = {}
end

function Round:done()
  return #self.left == 0 and next(self.waiting) == nil
end

-- Whether all is answered, as long as the service lives; false once it is dead.
function Round:go_on()
  local mine = running
  self.service = mine
  while not self:done() do
    if running ~= mine or not alive() then return false end
    local leaving = dt.control.ending
    if self.stopped() or leaving then self:stop() end
    self:collect()
    self:fill()
    if leaving and os.time() - self.stopping > FAREWELL then return true end
    if os.time() - math.max(running.heard, self.since) > SILENCE and next(self.waiting) then
      kill("no answer within " .. SILENCE .. " s")
    end
    if not self:done() then dt.control.sleep(LOOK) end
  end
  return true
end

-- Asks many questions, a few at once, and waits for the answers.
--
-- command: the words with which phototag is started.
-- questions: a list of { method = ..., params = ..., before = ... }; `before` is called just before one is asked.
-- answered: called with the number of a question and either its result or an error, in any order.
-- stopped: called again and again; once it returns true, no more is asked, and what is at work is cancelled.
--
-- A service that dies is started again, once; then what is left fails.
function service.ask_all(command, questions, answered, stopped)
  local left = {}
  for at = 1, #questions do left[at] = at end
  local round = setmetatable({
    questions = questions, left = left, waiting = {}, asked = 0, since = os.time(),
    answered = answered, stopped = stopped or function() return false end,
  }, Round)
  local why
  for _ = 1, 2 do
    if round:done() then return end
    local runs
    runs, why = start(command)
    if runs then
      if round:go_on() then return end
      why = round.service.ended or "it was started anew"
      round:put_back()
      if round.stopping then round:give_up() end
    end
  end
  if not round:done() then round:fail(why) end
end

-- The answer to one question: its result or nil, and an error or nil.
function service.ask(command, method, params)
  local result, problem
  service.ask_all(command, { { method = method, params = params } }, function(_, found, wrong)
    result, problem = found, wrong
  end)
  return result, problem
end

return service
