-- The catalogue of the stand-in for the SDK of Lightroom Classic (lightroom_sdk.lua): photos, keywords, transactions, undo.
--
-- Called with `host` (functions of Python), the stand-in and the plug-in; returns the catalogue, and what its other half needs.

local host, sdk, plugin = ...
local gate -- the kind of the transaction that is open

local function refuse(text, ...)
    error("SDK: " .. text:format(...), 3)
end

local function check(found, kind, what)
    if type(found) ~= kind then
        error("SDK: " .. what .. " must be a " .. kind .. ", not " .. type(found), 3)
    end
end

local function in_task(what)
    if coroutine.running() == nil then
        error("SDK: " .. what .. " must be called from within an asynchronous task", 3)
    end
    coroutine.yield()
end

local function in_gate(what, private)
    if gate == nil or (gate == "private" and not private) then
        error("SDK: " .. what .. " must be called inside withWriteAccessDo", 3)
    end
end

-- As pcall, but what is called may yield.
local function protected(func, ...)
    local task = coroutine.create(func)
    local found = { coroutine.resume(task, ...) }
    while coroutine.status(task) == "suspended" do
        coroutine.yield()
        found = { coroutine.resume(task) }
    end
    return unpack(found, 1, table.maxn(found))
end

-- A table that has these members only, as a module or an object of the SDK.
local function strict(name, members)
    return setmetatable({}, {
        __index = function(_, key)
            if members[key] == nil then
                error("SDK: " .. name .. " has no " .. tostring(key), 2)
            end
            return members[key]
        end,
        __newindex = function()
            error("SDK: " .. name .. " cannot be changed", 2)
        end,
        __metatable = name,
    })
end

-- ------------------------------------------------------------------------------------------ catalogue

local behind = setmetatable({}, { __mode = "k" }) -- what an object of the SDK stands for

local function of(object, name, what)
    if type(object) ~= "table" or getmetatable(object) ~= name then
        error("SDK: " .. what .. " must be an " .. name, 3)
    end
    return behind[object]
end

local function copied(value)
    if type(value) ~= "table" then
        return value
    end
    local copy = {}
    for key, item in pairs(value) do
        copy[key] = copied(item)
    end
    return copy
end

local keyword_object

local function readable(id)
    local found = sdk.keywords[id]
    if found.made == sdk.transaction and gate then
        error("SDK: the keyword " .. found.name .. " is not available before its transaction has ended", 3)
    end
    return found
end

function keyword_object(id)
    local found = strict("LrKeyword", {
        localIdentifier = id,
        getName = function()
            in_task("LrKeyword:getName")
            return readable(id).name
        end,
        getParent = function()
            in_task("LrKeyword:getParent")
            local parent = readable(id).parent
            return parent and keyword_object(parent) or nil
        end,
        getChildren = function()
            in_task("LrKeyword:getChildren")
            return sdk.below(id)
        end,
    })
    behind[found] = id
    return found
end

function sdk.below(parent)
    local found = {}
    for id = 1, sdk.next_id do
        local keyword = sdk.keywords[id]
        if keyword and keyword.parent == parent then
            found[#found + 1] = keyword_object(id)
        end
    end
    return found
end

-- The identifier of a keyword, by its name as it is or in other capitals; and whether the capitals are the same.
local function named(parent, name)
    local alike
    for id, keyword in pairs(sdk.keywords) do
        if keyword.parent == parent and keyword.name == name then
            return id, true
        elseif keyword.parent == parent and host.lower(keyword.name) == host.lower(name) then
            alike = id
        end
    end
    return alike, false
end

local function new_id()
    sdk.next_id = sdk.next_id + 1
    return sdk.next_id
end

local function definition(id)
    for _, field in ipairs(sdk.fields.metadataFieldsForPhotos) do
        if field.id == id then
            return field
        end
    end
    error("SDK: the plug-in declares no field " .. tostring(id), 3)
end

local function check_value(field, value)
    if value == nil then
        return
    elseif field.dataType == "enum" then
        for i = 1, table.maxn(field.values) do
            if field.values[i].value == value then
                return
            end
        end
        if not field.values.allowPluginToSetOtherValues then
            refuse("%s is no value of the field %s", tostring(value), field.id)
        end
    elseif type(value) ~= field.dataType then
        refuse("the field %s takes a %s, not a %s", field.id, field.dataType, type(value))
    end
    if type(value) == "string" and not host.is_utf8(value) then
        refuse("the text in %s is not UTF-8", field.id)
    elseif type(value) == "string" and field.searchable and host.bytes(value) > 511 then
        refuse("the text in %s is longer than 511 bytes", field.id)
    end
end

local function raw(id, key)
    local photo = sdk.photos[id] or error("SDK: this photo is no longer in the catalogue", 3)
    if key == "keywords" then
        local found = {}
        for keyword in pairs(photo.keywords) do
            found[#found + 1] = keyword_object(keyword)
        end
        return found
    elseif key == "path" or key == "fileFormat" then
        return photo[key]
    elseif key == "isVideo" then
        return photo.isVideo or false
    end
    refuse("unknown key %s", tostring(key))
end

local function own(given)
    if given ~= plugin then
        error("SDK: the plug-in must be _PLUGIN", 3)
    end
end

local function photo_object(id)
    local function alive()
        return sdk.photos[id] or error("SDK: this photo is no longer in the catalogue", 3)
    end
    local found = strict("LrPhoto", {
        localIdentifier = id,
        getRawMetadata = function(_, key)
            in_task("LrPhoto:getRawMetadata")
            return raw(id, key)
        end,
        checkPhotoAvailability = function()
            in_task("LrPhoto:checkPhotoAvailability")
            return alive().available
        end,
        addKeyword = function(_, keyword)
            in_gate("LrPhoto:addKeyword")
            local one = of(keyword, "LrKeyword", "the keyword")
            readable(one)
            alive().keywords[one] = true
        end,
        removeKeyword = function(_, keyword)
            in_gate("LrPhoto:removeKeyword")
            alive().keywords[of(keyword, "LrKeyword", "the keyword")] = nil
        end,
        setPropertyForPlugin = function(_, given, field, value)
            in_gate("LrPhoto:setPropertyForPlugin", true)
            own(given)
            check_value(definition(field), value)
            alive().properties[field] = value
        end,
    })
    behind[found] = id
    return found
end

local function objects(ids)
    local found = {}
    for i, id in ipairs(ids) do
        found[i] = photo_object(id)
    end
    return found
end

local function batch(what, photos, keys, get)
    in_task(what)
    check(photos, "table", what .. ": photos")
    check(keys, "table", what .. ": keys")
    if #photos == 0 then
        refuse("%s: no photos", what)
    end
    local found = {}
    for _, photo in ipairs(photos) do
        local id = of(photo, "LrPhoto", what .. ": a photo")
        found[photo] = {}
        for _, key in ipairs(keys) do
            found[photo][key] = get(id, key)
        end
    end
    return found
end

local function transaction(kind, name, func, timeout)
    in_task("withWriteAccessDo")
    check(func, "function", "the action")
    if gate then
        refuse("transactions cannot be nested")
    elseif sdk.busy and not timeout then
        refuse("the catalogue is busy, and no timeout is given")
    elseif sdk.busy then
        check(timeout.timeout, "number", "timeout")
        return "aborted"
    end
    local before = { name = name, photos = copied(sdk.photos), keywords = copied(sdk.keywords) }
    sdk.transaction = sdk.transaction + 1
    gate = kind
    if name == "Tag with phototag" and sdk.on_write then
        sdk.on_write()
    end
    local fine, wrong = protected(func, strict("LrFunctionContext", {}))
    gate = nil
    if not fine then
        sdk.photos, sdk.keywords = before.photos, before.keywords
        error(wrong, 0)
    elseif kind == "write" then
        table.insert(sdk.undo_stack, before)
    end
    return "executed"
end

local catalog = strict("LrCatalog", {
    getTargetPhoto = function()
        return sdk.selected[1] and photo_object(sdk.selected[1]) or nil
    end,
    getTargetPhotos = function()
        in_task("LrCatalog:getTargetPhotos")
        local all = {}
        for id in pairs(sdk.photos) do
            all[#all + 1] = id
        end
        return objects(#sdk.selected > 0 and sdk.selected or all)
    end,
    batchGetRawMetadata = function(_, photos, keys)
        return batch("batchGetRawMetadata", photos, keys, raw)
    end,
    batchGetPropertyForPlugin = function(_, photos, given, fields)
        own(given)
        return batch("batchGetPropertyForPlugin", photos, fields, function(id, field)
            return sdk.photos[id] and definition(field) and sdk.photos[id].properties[field]
        end)
    end,
    getKeywords = function()
        in_task("LrCatalog:getKeywords")
        return sdk.below(nil)
    end,
    createKeyword = function(_, name, synonyms, export, parent, existing)
        in_gate("LrCatalog:createKeyword")
        check(name, "string", "keywordName")
        check(synonyms, "table", "synonyms")
        check(export, "boolean", "includeOnExport")
        local above = parent and of(parent, "LrKeyword", "parent") or nil
        if above then
            readable(above)
        end
        if name == "" or name:find("[,;|]") or name:find("^%s") or name:find("%s$") then
            return nil
        end
        local there, same = named(above, name)
        if there and not same then
            return nil
        elseif there and existing then
            return keyword_object(there)
        elseif there then
            refuse("the keyword %s is there already", name)
        end
        local id = new_id()
        sdk.keywords[id] = { name = name, parent = above, export = export, made = sdk.transaction }
        return keyword_object(id)
    end,
    withWriteAccessDo = function(_, name, func, timeout)
        check(name, "string", "actionName")
        return transaction("write", name, func, timeout)
    end,
    withPrivateWriteAccessDo = function(_, func, timeout)
        return transaction("private", "", func, timeout)
    end,
})

-- -------------------------------------------------------------------------------------- for the tests

function sdk.add_keyword(name, parent)
    local id = named(parent, name)
    if id == nil then
        id = new_id()
        sdk.keywords[id] = { name = name, parent = parent, export = true, made = 0 }
    end
    return id
end

function sdk.add_photo(photo)
    local id = new_id()
    photo.keywords, photo.properties = {}, {}
    sdk.photos[id] = photo
    return id
end

function sdk.undo()
    local before = table.remove(sdk.undo_stack)
    sdk.photos, sdk.keywords = before.photos, before.keywords
    return before.name
end

sdk.photo = photo_object

return catalog, {
    refuse = refuse, check = check, in_task = in_task, protected = protected, strict = strict, of = of,
    in_gate = function()
        return gate ~= nil
    end,
}
