-- The fields that the catalogue keeps for each photo. Those with a title are shown; the others are phototag's record.

local function shown(id, title, values)
    return {
        id = id,
        title = title,
        version = 1,
        dataType = values and "enum" or "string",
        values = values,
        readOnly = true,
        searchable = true,
        browsable = true,
    }
end

-- `allowPluginToSetOtherValues`: a newer phototag may know a value that this list lacks.
local KINDS = {
    { value = nil, title = "not tagged" },
    { value = "headshot", title = "headshot" },
    { value = "portrait", title = "portrait" },
    { value = "other", title = "other" },
    allowPluginToSetOtherValues = true,
}

local CONFIDENCES = {
    { value = nil, title = "not tagged" },
    { value = "decided", title = "decided by a person" },
    { value = "99", title = "over 99 %" },
    { value = "95", title = "95 to 99 %" },
    { value = "90", title = "90 to 95 %" },
    { value = "80", title = "80 to 90 %" },
    { value = "0", title = "below 80 % (doubtful)" },
}

local SHOTS = {
    { value = nil, title = "unknown" },
    { value = "face", title = "face" },
    { value = "head_and_shoulders", title = "head and shoulders" },
    { value = "half_body", title = "half body" },
    { value = "three_quarter", title = "three quarter" },
    { value = "full_body", title = "full body" },
    allowPluginToSetOtherValues = true,
}

local PEOPLE = {
    { value = nil, title = "unknown" },
    { value = "0", title = "nobody" },
    { value = "1", title = "one person" },
    { value = "2", title = "2 people" },
    { value = "3", title = "3 people" },
    { value = "4", title = "4 people" },
    { value = "5", title = "5 people" },
    { value = "6", title = "6 people" },
    { value = "7", title = "7 people" },
    { value = "8", title = "8 people" },
    { value = "9", title = "9 people" },
    { value = "10", title = "10 people or more" },
}

return {
    metadataFieldsForPhotos = {
        shown("verdict", "Verdict", KINDS),
        shown("confidence", "Confidence", CONFIDENCES),
        shown("shot", "Shot size", SHOTS),
        shown("people", "People", PEOPLE),
        shown("reason", "Reason"),
        { id = "words", version = 1, dataType = "string" },
        { id = "declined", version = 1, dataType = "string" },
    },
    schemaVersion = 1,
}
