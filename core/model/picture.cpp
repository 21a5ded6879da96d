#include "core/model/picture.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace paretoscope {

namespace {

constexpr int64_t channels = 3;
constexpr int64_t mostPixelsOfSide = 1 << 16;

// A number of a PPM header: digits after white space and comments.
int64_t headerNumber(const std::string& file, size_t& at, const std::string& where)
{
    while (at < file.size() && (std::isspace(static_cast<unsigned char>(file[at])) || file[at] == '#')) {
        if (file[at] == '#')
            while (at < file.size() && file[at] != '\n') ++at;
        else ++at;
    }
    int64_t value = -1;
    for (; at < file.size() && file[at] >= '0' && file[at] <= '9'; ++at) {
        value = std::max<int64_t>(value, 0) * 10 + (file[at] - '0');
        if (value > mostPixelsOfSide) break;
    }
    if (value < 1 || value > mostPixelsOfSide) fail(ErrorCode::BadFile, "'{}' has no valid PPM header", where);
    return value;
}

double cubic(double x)
{
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

// What one pixel of the result is made of.
struct Taps {
    int64_t first = 0;
    std::vector<double> weights;
};

std::vector<Taps> tapsOf(int64_t from, int64_t to)
{
    const double scale = double(from) / double(to);
    const double widening = std::max(1.0, scale);
    const double support = 2 * widening;
    std::vector<Taps> all;
    for (int64_t i = 0; i < to; ++i) {
        const double centre = (double(i) + 0.5) * scale;
        Taps taps;
        taps.first = std::max<int64_t>(0, int64_t(centre - support + 0.5));
        const int64_t end = std::min(from, int64_t(centre + support + 0.5));
        double sum = 0;
        for (int64_t k = taps.first; k < end; ++k) {
            taps.weights.push_back(cubic((double(k) - centre + 0.5) / widening));
            sum += taps.weights.back();
        }
        for (double& weight : taps.weights) weight /= sum;
        all.push_back(std::move(taps));
    }
    return all;
}

uint8_t rounded(double value)
{
    return uint8_t(std::clamp(std::floor(value + 0.5), 0.0, 255.0));
}

// Rows of `lines`, each of `from` pixels, to `to` pixels.
std::vector<uint8_t> resizedLines(const std::vector<uint8_t>& pixels, int64_t lines, int64_t from, int64_t to)
{
    if (from == to) return pixels;
    const std::vector<Taps> taps = tapsOf(from, to);
    std::vector<uint8_t> result(size_t(lines * to * channels));
    for (int64_t line = 0; line < lines; ++line)
        for (int64_t i = 0; i < to; ++i)
            for (int64_t c = 0; c < channels; ++c) {
                double sum = 0;
                const Taps& tap = taps[size_t(i)];
                for (size_t k = 0; k < tap.weights.size(); ++k)
                    sum += tap.weights[k] * pixels[size_t((line * from + tap.first + int64_t(k)) * channels + c)];
                result[size_t((line * to + i) * channels + c)] = rounded(sum);
            }
    return result;
}

std::vector<uint8_t> transposed(const std::vector<uint8_t>& pixels, int64_t width, int64_t height)
{
    std::vector<uint8_t> result(pixels.size());
    for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
            std::copy_n(pixels.begin() + (y * width + x) * channels, channels, result.begin() + (x * height + y) * channels);
    return result;
}

} // namespace

Picture readPpm(const std::filesystem::path& path)
{
    const std::string file = readFile(path);
    const std::string where = path.string();
    if (!file.starts_with("P6")) fail(ErrorCode::BadFile, "'{}' is no binary PPM picture (P6)", where);
    size_t at = 2;
    Picture picture;
    picture.width = headerNumber(file, at, where);
    picture.height = headerNumber(file, at, where);
    if (headerNumber(file, at, where) != 255) fail(ErrorCode::BadFile, "'{}' does not have 8 bits a channel", where);
    const auto bytes = size_t(picture.width * picture.height * channels);
    if (at >= file.size() || file.size() - at - 1 < bytes)
        fail(ErrorCode::BadFile, "'{}' is cut short: {} of {} bytes of pixels", where,
             at < file.size() ? file.size() - at - 1 : 0, bytes);
    picture.rgb.assign(file.begin() + std::ptrdiff_t(at + 1), file.begin() + std::ptrdiff_t(at + 1 + bytes));
    return picture;
}

Picture resized(const Picture& picture, int64_t width, int64_t height)
{
    if (picture.width < 1 || picture.height < 1 || width < 1 || height < 1)
        fail(ErrorCode::BadUsage, "an empty picture cannot be resized");
    Picture result{width, height, {}};
    const std::vector<uint8_t> wide = resizedLines(picture.rgb, picture.height, picture.width, width);
    const std::vector<uint8_t> turned = resizedLines(transposed(wide, width, picture.height), width, picture.height, height);
    result.rgb = transposed(turned, height, width);
    return result;
}

std::vector<float> towerPixels(const VisionTower& tower, const Picture& picture)
{
    const int64_t side = tower.imageSize;
    const int64_t shorter = std::max<int64_t>(1, std::min(picture.width, picture.height));
    const Picture fitted = resized(picture, std::max(side, side * picture.width / shorter),
                                   std::max(side, side * picture.height / shorter));
    const int64_t left = (fitted.width - side) / 2, top = (fitted.height - side) / 2;
    std::vector<float> pixels(size_t(channels * side * side));
    for (int64_t c = 0; c < channels; ++c)
        for (int64_t y = 0; y < side; ++y)
            for (int64_t x = 0; x < side; ++x) {
                const uint8_t value = fitted.rgb[size_t(((top + y) * fitted.width + left + x) * channels + c)];
                pixels[size_t((c * side + y) * side + x)] =
                    (float(value) / 255.0f - tower.mean[size_t(c)]) / tower.deviation[size_t(c)];
            }
    return pixels;
}

} // namespace paretoscope
