// Pictures as a vision tower wants them.
#pragma once

#include "core/model/vision_tower.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace paretoscope {

// 8 bits a channel: red, green, blue of a pixel, row by row.
struct Picture {
    int64_t width = 0;
    int64_t height = 0;
    std::vector<uint8_t> rgb; // [height, width, 3]
};

// A binary PPM file (P6) of at most 255 a channel. Error(NotFound, Io or BadFile).
Picture readPpm(const std::filesystem::path& path);

// Bicubic (a = -1/2) with the kernel widened where it shrinks, rounded to 8 bits after each direction, as
// Pillow does it. Error(BadUsage) for an empty picture.
Picture resized(const Picture& picture, int64_t width, int64_t height);

// The shorter side to the tower's size, the middle square cut out, scaled to [0, 1] and normalized:
// [3, imageSize, imageSize].
std::vector<float> towerPixels(const VisionTower& tower, const Picture& picture);

} // namespace paretoscope
