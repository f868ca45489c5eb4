-- Command lines, as the shell of each system reads them. They hold the command and names of files that the plug-in makes, never
-- the names of photos: those stand in a file, which has no limit and no quoting.

local Shell = {}

local LONGEST = 8191 -- characters that cmd.exe takes

local function for_sh(word)
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

-- cmd.exe sees quotes first, then the program splits its line: backslashes before a quote must be doubled.
local function for_cmd(word)
    return '"' .. word:gsub("\\+$", "%0%0") .. '"'
end

local function each(words, quote)
    local quoted = {}
    for i, word in ipairs(words) do
        quoted[i] = quote(word)
    end
    return table.concat(quoted, " ")
end

-- What cannot stand in a line for cmd.exe; nil if all can.
local function not_for_cmd(words)
    for _, word in ipairs(words) do
        if word:find('["\r\n]') then
            return word .. ": quotes and line breaks cannot be passed on in Windows"
        end
        local _, signs = word:gsub("%%", "")
        if signs > 1 then
            return word .. ": Windows takes what stands between two percent signs for a variable"
        end
    end
    return nil
end

-- The line that runs a command with its output in two files; or nil and why there is none.
--   words    the program and its arguments
--   out, err paths of the files for its output and its errors
--   windows  whether cmd.exe reads the line, otherwise sh
function Shell.line(words, out, err, windows)
    if not windows then
        return each(words, for_sh) .. " </dev/null >" .. for_sh(out) .. " 2>" .. for_sh(err)
    end
    local wrong = not_for_cmd(words) or not_for_cmd({ out, err })
    if wrong then
        return nil, wrong
    end
    -- cmd.exe takes away the first and the last quote of such a line.
    local line = '"' .. each(words, for_cmd) .. " <nul >" .. for_cmd(out) .. " 2>" .. for_cmd(err) .. '"'
    if #line > LONGEST then
        return nil, "the command is too long for Windows"
    end
    return line
end

-- The exit code in the status that Lightroom returns: on macOS it is 256 times the code.
function Shell.code(status)
    if type(status) == "number" and status >= 256 and status % 256 == 0 then
        return status / 256
    end
    return status
end

return Shell
