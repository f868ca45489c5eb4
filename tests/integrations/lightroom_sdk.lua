-- A stand-in for the SDK of Lightroom Classic, which refuses what the real one refuses: reading the catalogue outside a task,
-- writing outside a transaction, using a keyword in the transaction that made it, fields that are not declared, values of the
-- wrong type. Reading yields, so that a plain pcall around it fails, as it does there.
--
-- Called with `host` (functions of Python), the folder of the plug-in, whether this is Windows, and lightroom_catalogue.lua as a
-- function; returns the stand-in.

local host, folder, windows, catalogue = ...
local sdk = {
    photos = {}, keywords = {}, undo_stack = {}, messages = {}, bezels = {}, errors = {}, tasks = {}, lines = {},
    progress = {}, preferences = {}, selected = {}, next_id = 0, transaction = 0, cancel_after = nil, busy = false, dialogs = {},
}
local plugin = { id = "phototag.lightroom", path = folder }
local catalog, tools = catalogue(host, sdk, plugin)
local refuse, check, in_task = tools.refuse, tools.check, tools.in_task
local protected, strict, of = tools.protected, tools.strict, tools.of
local modules, env = {}, nil

-- -------------------------------------------------------------------------------------------- modules

local function module(name, members)
    modules[name] = strict(name, members)
end

local function task(func)
    table.insert(sdk.tasks, coroutine.create(func))
end

local function with_context(func)
    local handlers = {}
    local context = strict("LrFunctionContext", {
        addCleanupHandler = function(_, handler)
            table.insert(handlers, 1, handler)
        end,
    })
    local fine, wrong = protected(func, context)
    for _, handler in ipairs(handlers) do
        handler(fine, wrong)
    end
    if not fine then
        table.insert(sdk.errors, tostring(wrong))
    end
end

module("LrApplication", {
    activeCatalog = function()
        return catalog
    end,
})
module("LrTasks", {
    pcall = protected,
    canYield = function()
        return coroutine.running() ~= nil
    end,
    yield = function()
        in_task("LrTasks.yield")
    end,
    execute = function(line)
        in_task("LrTasks.execute")
        check(line, "string", "the command")
        if tools.in_gate() then
            refuse("a command in a transaction would block the catalogue")
        end
        table.insert(sdk.lines, line)
        return host.execute(line)
    end,
})
module("LrFunctionContext", {
    postAsyncTaskWithContext = function(name, func)
        check(name, "string", "name")
        check(func, "function", "func")
        task(function()
            with_context(func)
        end)
    end,
})
module("LrDialogs", {
    attachErrorDialogToFunctionContext = function(context)
        of(context, "LrFunctionContext", "the context")
    end,
    message = function(message, info, style)
        check(message, "string", "message")
        if info ~= nil then
            check(info, "string", "info")
        end
        if style ~= "info" and style ~= "warning" and style ~= "critical" then
            refuse("unknown style %s", tostring(style))
        end
        table.insert(sdk.messages, { message = message, info = info or "", style = style })
    end,
    showBezel = function(text, seconds)
        check(text, "string", "text")
        check(seconds, "number", "fadeDelay")
        table.insert(sdk.bezels, text)
    end,
    presentModalDialog = function(dialog)
        in_task("presentModalDialog")
        check(dialog.title, "string", "title")
        check(dialog.contents, "table", "contents")
        table.insert(sdk.dialogs, dialog.contents)
        return host.answer(dialog.contents.bind_to_object)
    end,
})
modules.LrProgressScope = setmetatable({}, {
    __call = function(_, given)
        check(given.title, "string", "title")
        of(given.functionContext, "LrFunctionContext", "functionContext")
        local scope = { title = given.title, portions = {}, captions = {}, ended = false }
        table.insert(sdk.progress, scope)
        return strict("LrProgressScope", {
            setCaption = function(_, text)
                check(text, "string", "caption")
                table.insert(scope.captions, text)
            end,
            setPortionComplete = function(_, done, total)
                check(done, "number", "amountDone")
                check(total, "number", "totalAmount")
                assert(done <= total, "SDK: more than all is done")
                table.insert(scope.portions, done / total)
            end,
            isCanceled = function()
                return sdk.cancel_after ~= nil and #sdk.lines >= sdk.cancel_after
            end,
            done = function()
                scope.ended = true
            end,
        })
    end,
})
local view = {}
for _, kind in ipairs({ "row", "column", "static_text", "edit_field", "popup_menu" }) do
    view[kind] = function(_, given)
        check(given, "table", kind)
        given.kind = kind
        return given
    end
end
view.control_spacing = function()
    return 4
end
module("LrView", {
    osFactory = function()
        return strict("LrViewFactory", view)
    end,
    bind = function(key)
        check(key, "string", "key")
        return { bound = key }
    end,
    share = function(key)
        check(key, "string", "key")
        return { shared = key }
    end,
})
module("LrBinding", {
    makePropertyTable = function(context)
        of(context, "LrFunctionContext", "the context")
        return {}
    end,
})
module("LrPrefs", {
    prefsForPlugin = function()
        return sdk.preferences
    end,
})
module("LrFileUtils", {
    chooseUniqueFileName = host.unique,
    exists = host.exists,
    readFile = host.read,
    delete = host.delete,
})
module("LrPathUtils", {
    child = host.child,
    leafName = host.leaf,
    getStandardFilePath = function(name)
        return name == "temp" and host.temporary() or refuse("unknown folder %s", tostring(name))
    end,
})
module("LrStringUtils", { lower = host.lower })
module("LrDate", { currentTime = host.now })

-- --------------------------------------------------------------------------------- what a script sees

local KNOWN = {
    assert = assert, error = error, getmetatable = getmetatable, setmetatable = setmetatable, ipairs = ipairs, pairs = pairs,
    next = next, pcall = pcall, xpcall = xpcall, rawequal = rawequal, rawget = rawget, rawset = rawset, select = select,
    tonumber = tonumber, tostring = tostring, type = type, unpack = unpack, io = io, math = math, string = string,
    os = { clock = os.clock, date = os.date, time = os.time, tmpname = os.tmpname },
    table = { concat = table.concat, insert = table.insert, remove = table.remove, sort = table.sort },
    _PLUGIN = plugin, WIN_ENV = windows, MAC_ENV = not windows,
}
local loaded = {}

local function run(name, given)
    local chunk, wrong = loadfile(folder .. "/" .. name)
    assert(chunk, wrong)
    return setfenv(chunk, given)()
end

local function sandbox(known)
    return setmetatable({}, {
        __index = function(_, key)
            if known[key] == nil then
                error("SDK: Lightroom's Lua has no " .. tostring(key), 2)
            end
            return known[key]
        end,
        __newindex = function(_, key)
            error("SDK: the global " .. tostring(key) .. " is set by mistake", 2)
        end,
    })
end

KNOWN.import = function(name)
    return modules[name] or error("SDK: there is no " .. tostring(name), 2)
end
KNOWN.require = function(name)
    if loaded[name] == nil then
        loaded[name] = run(name .. ".lua", env)
    end
    return loaded[name]
end
env = sandbox(KNOWN)
sdk.info = run("Info.lua", sandbox({ string = string, WIN_ENV = windows, MAC_ENV = not windows }))
sdk.fields = run(sdk.info.LrMetadataProvider, env)

-- -------------------------------------------------------------------------------------- for the tests

function sdk.require(name)
    return KNOWN.require(name)
end

-- Chooses a menu entry, and waits until all that it has started has ended.
function sdk.choose(title)
    local file
    for _, item in ipairs(sdk.info.LrLibraryMenuItems) do
        file = item.title == title and item.file or file
    end
    run(assert(file, "there is no such entry"), env)
    while #sdk.tasks > 0 do
        local one = table.remove(sdk.tasks, 1)
        local fine, wrong = coroutine.resume(one)
        if not fine then
            table.insert(sdk.errors, tostring(wrong))
        elseif coroutine.status(one) ~= "dead" then
            table.insert(sdk.tasks, one)
        end
    end
end

-- Calls a function in a task; returns what it returns, or raises.
function sdk.in_task(func)
    local one = coroutine.create(func)
    local found
    repeat
        found = { coroutine.resume(one) }
        assert(found[1], found[2])
    until coroutine.status(one) == "dead"
    return unpack(found, 2)
end

sdk.catalog = catalog
sdk.plugin = plugin
sdk.modules = modules
return sdk
