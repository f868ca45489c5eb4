-- Runs phototag and reads what it prints.

local LrFileUtils = import("LrFileUtils")
local LrPathUtils = import("LrPathUtils")
local LrTasks = import("LrTasks")

local Json = require("Json")
local Shell = require("Shell")

local Runner = {}

local MOST_SAID = 1000 -- bytes of what a command that failed has said

-- Makes a file in the folder for temporary files, with this content; returns its path, or nil and why not. It is made at once,
-- so that another task cannot choose the same name.
local function temporary(name, content)
    local folder = LrPathUtils.getStandardFilePath("temp")
    local path = LrFileUtils.chooseUniqueFileName(LrPathUtils.child(folder, name))
    local file = io.open(path, "wb")
    local written = file and file:write(content)
    if not (file and file:close() and written) then
        return nil, path .. " cannot be written; is the disk full?"
    end
    return path
end

local function read(path)
    if LrFileUtils.exists(path) ~= "file" then
        return ""
    end
    return LrFileUtils.readFile(path) or ""
end

local function delete(paths)
    for _, path in ipairs(paths) do
        if LrFileUtils.exists(path) then
            LrFileUtils.delete(path)
        end
    end
end

-- Runs a command; returns its exit code, its output and its errors, or nil and why it was not run.
local function run(words)
    local out, wrong = temporary("phototag-out.txt", "")
    if not out then
        return nil, wrong
    end
    local err, line
    err, wrong = temporary("phototag-err.txt", "")
    if err then
        line, wrong = Shell.line(words, out, err, WIN_ENV)
    end
    if not line then
        delete({ out, err })
        return nil, wrong
    end
    -- Not pcall: Lightroom's tasks cannot be suspended inside it.
    local ran, status = LrTasks.pcall(LrTasks.execute, line)
    local printed, said = read(out), read(err)
    delete({ out, err })
    if not ran then
        return nil, tostring(status)
    end
    return Shell.code(status), printed, said
end

local function joined(words, more)
    local all = {}
    for _, list in ipairs({ words, more }) do
        for _, word in ipairs(list) do
            all[#all + 1] = word
        end
    end
    return all
end

-- The end of what a command has said, without what cannot be shown.
local function last_words(said, code)
    local text = said:gsub("[%z\1-\31\127]+", " "):gsub("^%s+", ""):gsub("%s+$", "")
    if #text > MOST_SAID then
        text = "..." .. text:sub(-MOST_SAID):gsub("^[\128-\191]+", "")
    end
    if text == "" then
        return "it has said nothing (exit code " .. tostring(code) .. ")"
    end
    return text
end

-- The version that a command prints; or nil and what went wrong.
function Runner.version(command)
    local code, printed, said = run(joined(command, { "--version" }))
    if code == nil then
        return nil, printed
    end
    local found = printed:match("version ([%w%.+-]+)")
    if code ~= 0 or not found then
        return nil, last_words(said, code)
    end
    return found
end

-- Analyses files: their rows by path, as phototag prints them; or nil and why phototag does not work at all.
--   command  the program and its first arguments
--   paths    of the files
--   options  level of keywords, and the file with words of the user's own, if there is one
function Runner.analyze(command, paths, options)
    local list, wrong = temporary("phototag-list.txt", table.concat(paths, "\0") .. "\0")
    if not list then
        return nil, wrong
    end
    local more = { "analyze", "--json", "--recall", "--keywords", options.level, "--paths-from", list }
    if options.vocabulary then
        more = joined(more, { "--vocabulary", options.vocabulary })
    end
    local code, printed, said = run(joined(command, more))
    delete({ list })
    if code == nil then
        return nil, printed
    end
    local rows, found = {}, false
    for line in printed:gmatch("[^\r\n]+") do
        local row = Json.decode(line)
        if type(row) == "table" and type(row.path) == "string" and not row.warning then
            rows[row.path], found = row, true
        end
    end
    if not found then
        return nil, last_words(said, code)
    end
    return rows
end

return Runner
