// GPTQ checkpoints: codes packed along the inputs, zero points along the outputs.
//
// Source: github.com/ModelCloud/GPTQModel, nn_modules/qlinear and quantization/config.py.
#include "core/base/error.h"
#include "core/model/formats/export/export_folder.h"
#include "core/model/formats/export/packed_words.h"

#include <algorithm>

namespace paretoscope::exports {

namespace {

struct Scheme {
    int bits = 0;
    int64_t groupSize = 0; // -1: whole rows
    bool symmetric = false, ordered = false, lessOne = true;
};

// One scheme must hold for all maps; the first format cannot say a zero point of 0.
Scheme schemeOf(const ExportParts& parts)
{
    Scheme scheme;
    const std::string* first = nullptr;
    for (const auto& [name, map] : parts.maps) {
        const PlainCodes codes = requireCodes(name, *map, "a GPTQ checkpoint");
        if (codes.bits != 2 && codes.bits != 3 && codes.bits != 4 && codes.bits != 8)
            fail(ErrorCode::Unsupported, "'{}' has codes of {} bits; GPTQ checkpoints hold 2, 3, 4 or 8", name, codes.bits);
        if (codes.columns * codes.bits % 32 != 0 || codes.rows * codes.bits % 32 != 0)
            fail(ErrorCode::Unsupported, "'{}': {} by {} codes of {} bits are not whole words", name, codes.rows,
                 codes.columns, codes.bits);
        const int64_t group = codes.groupSize == codes.columns ? -1 : codes.groupSize;
        if (!first) {
            first = &name;
            scheme = {codes.bits, group, codes.symmetric, false, true};
        }
        if (codes.bits != scheme.bits || group != scheme.groupSize || codes.symmetric != scheme.symmetric)
            fail(ErrorCode::Unsupported, "'{}' and '{}' are quantized differently, which one GPTQ checkpoint cannot hold",
                 *first, name);
        scheme.ordered = scheme.ordered || !codes.order.empty();
        if (std::find(codes.zeros.begin(), codes.zeros.end(), 0) != codes.zeros.end()) scheme.lessOne = false;
    }
    if (!first) fail(ErrorCode::BadUsage, "nothing is quantized, so there is no GPTQ checkpoint to write");
    return scheme;
}

void addMap(const std::string& name, const LinearWeight& map, const Scheme& scheme, SafetensorsWriter& to)
{
    const PlainCodes codes = *plainCodes(map);
    const int64_t rows = codes.rows, columns = codes.columns, groups = codes.groups(), bits = codes.bits;
    std::vector<int64_t> columnOf(static_cast<size_t>(columns)); // of our codes, by input
    for (int64_t i = 0; i < columns; ++i) columnOf[codes.order.empty() ? size_t(i) : size_t(codes.order[size_t(i)])] = i;
    const WordPacker packer(codes.bits);
    std::vector<uint32_t> weight(size_t(columns * bits / 32 * rows)), zeros(size_t(groups * rows * bits / 32));
    std::vector<uint8_t> line(size_t(std::max(columns, rows)));
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t i = 0; i < columns; ++i) line[size_t(i)] = codes.codes[size_t(r * columns + columnOf[size_t(i)])];
        packer.pack(line.data(), columns, 1, weight.data() + r, rows);
    }
    std::vector<uint16_t> scales(size_t(groups * rows));
    for (int64_t g = 0; g < groups; ++g) {
        for (int64_t r = 0; r < rows; ++r) {
            line[size_t(r)] = uint8_t(codes.zeros[size_t(r * groups + g)] - (scheme.lessOne ? 1 : 0));
            scales[size_t(g * rows + r)] = codes.scales[size_t(r * groups + g)];
        }
        packer.pack(line.data(), rows, 1, zeros.data() + g * (rows * bits / 32), 1);
    }
    std::vector<uint32_t> groupOf(static_cast<size_t>(columns));
    for (int64_t i = 0; i < columns; ++i) groupOf[size_t(i)] = uint32_t(columnOf[size_t(i)] / codes.groupSize);
    to.add(name + ".qweight", integerTensor({columns * bits / 32, rows}, weight));
    to.add(name + ".qzeros", integerTensor({groups, rows * bits / 32}, zeros));
    to.add(name + ".scales", halfTensor({groups, rows}, scales));
    to.add(name + ".g_idx", integerTensor({columns}, groupOf));
}

void write(const ExportInput& input)
{
    const ExportParts parts = exportParts(input);
    const Scheme scheme = schemeOf(parts);
    Json config = parts.config;
    config["quantization_config"] = {{"quant_method", "gptq"},        {"checkpoint_format", scheme.lessOne ? "gptq" : "gptq_v2"},
                                     {"bits", scheme.bits},           {"group_size", scheme.groupSize},
                                     {"sym", scheme.symmetric},       {"desc_act", scheme.ordered},
                                     {"lm_head", parts.maps.contains("lm_head")}, {"pack_dtype", "int32"}};
    if (!scheme.lessOne) input.notes.push_back("some zero points are 0, so the second format (gptq_v2) is written");
    writeExportFolder(input, parts, config, [&](const std::string& name, const LinearWeight& map, SafetensorsWriter& to) {
        addMap(name, map, scheme, to);
    });
}

} // namespace

const ExportFormat& gptqExport()
{
    static const ExportFormat row{"gptq", "GPTQ checkpoint (GPTQModel, vLLM, Transformers) of 2, 3, 4 or 8-bit groups", true,
                                  write};
    return row;
}

} // namespace paretoscope::exports
