-- The files behind darktable's images.

local photos = {}

function photos.path_of(image)
  return image.path .. "/" .. image.filename
end

-- The image with its duplicates: darktable's further edits of the same file, each with a sidecar of its own.
local function with_duplicates(image)
  local path, found = photos.path_of(image), { image }
  for _, other in ipairs(image:get_group_members()) do
    if other.id ~= image.id and photos.path_of(other) == path then found[#found + 1] = other end
  end
  return found
end

-- The files of some images, in their order: a list of { path = ..., images = { ... } }. What is written into a file
-- holds for all of its duplicates, so they are there, too, whether or not they are selected.
function photos.of(images)
  local found, by_path = {}, {}
  for _, image in ipairs(images) do
    local path = photos.path_of(image)
    local photo = by_path[path]
    if not photo then
      photo = { path = path, images = {}, ids = {} }
      by_path[path] = photo
      found[#found + 1] = photo
    end
    for _, one in ipairs(with_duplicates(image)) do
      if not photo.ids[one.id] then
        photo.ids[one.id] = true
        photo.images[#photo.images + 1] = one
      end
    end
  end
  return found
end

return photos
