// compressed-tensors, format "pack-quantized": what vLLM and Transformers read.
//
// Source: github.com/neuralmagic/compressed-tensors, quantization/quant_config.py and
// compressors/pack_quantized.
#include "core/base/error.h"
#include "core/model/formats/export/export_folder.h"
#include "core/model/formats/export/packed_words.h"

#include <algorithm>
#include <tuple>

namespace paretoscope::exports {

namespace {

struct Scheme {
    int bits = 0;
    bool symmetric = false, wholeRows = false, ordered = false;
    int64_t groupSize = 0;

    auto operator<=>(const Scheme&) const = default;
};

Scheme schemeOf(const std::string& name, const PlainCodes& codes)
{
    if (codes.bits != 2 && codes.bits != 4 && codes.bits != 8)
        fail(ErrorCode::Unsupported,
             "'{}' has codes of {} bits; only 2, 4 and 8 mean the same in all versions of compressed-tensors", name, codes.bits);
    const bool whole = codes.groupSize == codes.columns;
    return {codes.bits, codes.symmetric, whole, !codes.order.empty(), whole ? 0 : codes.groupSize};
}

Json describe(const Scheme& scheme, const Json& targets)
{
    Json weights{{"num_bits", scheme.bits},   {"type", "int"},       {"symmetric", scheme.symmetric},
                 {"strategy", scheme.wholeRows ? "channel" : "group"}, {"dynamic", false},
                 {"actorder", scheme.ordered ? Json("group") : Json(nullptr)}, {"observer", "minmax"}};
    weights["group_size"] = scheme.wholeRows ? Json(nullptr) : Json(scheme.groupSize);
    return {{"targets", targets}, {"weights", weights}, {"input_activations", nullptr}, {"output_activations", nullptr}};
}

Json quantizationConfig(const ExportParts& parts)
{
    std::map<Scheme, Json> targets;
    for (const auto& [name, map] : parts.maps)
        targets[schemeOf(name, requireCodes(name, *map, "compressed-tensors"))].push_back(name);
    if (targets.empty()) fail(ErrorCode::BadUsage, "nothing is quantized, so there is no compressed checkpoint to write");
    Json groups = Json::object();
    for (const auto& [scheme, names] : targets)
        groups[fmt::format("group_{}", groups.size())] = describe(scheme, targets.size() == 1 ? Json::array({"Linear"}) : names);
    Json ignored = Json::array();
    for (const std::string& name : parts.checkpoint.names()) {
        constexpr std::string_view suffix = ".weight";
        if (!name.ends_with(suffix) || parts.checkpoint.tensor(name).shape().size() != 2) continue;
        const std::string stem = name.substr(0, name.size() - suffix.size());
        if (!parts.maps.contains(stem) && stem.find("embed") == std::string::npos) ignored.push_back(stem);
    }
    if (std::find(ignored.begin(), ignored.end(), "lm_head") == ignored.end() && !parts.maps.contains("lm_head"))
        ignored.push_back("lm_head"); // a tied output is a linear module all the same
    return {{"quant_method", "compressed-tensors"}, {"format", "pack-quantized"}, {"quantization_status", "compressed"},
            {"config_groups", groups},              {"ignore", ignored},          {"kv_cache_scheme", nullptr},
            {"global_compression_ratio", nullptr}};
}

Tensor shapeTensor(int64_t rows, int64_t columns)
{
    Tensor shape = Tensor::zeros(DType::I64, {2});
    shape.fill<int64_t>()[0] = rows;
    shape.fill<int64_t>()[1] = columns;
    return shape;
}

void addMap(const std::string& name, const LinearWeight& map, SafetensorsWriter& to)
{
    const PlainCodes codes = *plainCodes(map);
    const int64_t rows = codes.rows, columns = codes.columns, groups = codes.groups();
    const auto words = [&](int64_t count) { return (count * codes.bits + 31) / 32; };
    std::vector<int64_t> columnOf(static_cast<size_t>(columns));
    for (int64_t i = 0; i < columns; ++i) columnOf[codes.order.empty() ? size_t(i) : size_t(codes.order[size_t(i)])] = i;
    const WordPacker packer(codes.bits);
    std::vector<uint32_t> weight(size_t(rows * words(columns)));
    std::vector<uint8_t> line(static_cast<size_t>(columns));
    for (int64_t r = 0; r < rows; ++r) {
        for (int64_t i = 0; i < columns; ++i) line[size_t(i)] = codes.codes[size_t(r * columns + columnOf[size_t(i)])];
        packer.pack(line.data(), columns, 1, weight.data() + r * words(columns), 1);
    }
    to.add(name + ".weight_packed", integerTensor({rows, words(columns)}, weight));
    to.add(name + ".weight_scale", halfTensor({rows, groups}, codes.scales));
    to.add(name + ".weight_shape", shapeTensor(rows, columns));
    if (!codes.symmetric) {
        std::vector<uint32_t> zeros(size_t(words(rows) * groups)); // packed along the outputs
        for (int64_t g = 0; g < groups; ++g) packer.pack(codes.zeros.data() + g, rows, groups, zeros.data() + g, groups);
        to.add(name + ".weight_zero_point", integerTensor({words(rows), groups}, zeros));
    }
    if (codes.order.empty()) return;
    std::vector<uint32_t> groupOf(static_cast<size_t>(columns));
    for (int64_t i = 0; i < columns; ++i) groupOf[size_t(i)] = uint32_t(columnOf[size_t(i)] / codes.groupSize);
    to.add(name + ".weight_g_idx", integerTensor({columns}, groupOf));
}

void write(const ExportInput& input)
{
    const ExportParts parts = exportParts(input);
    Json config = parts.config;
    config["quantization_config"] = quantizationConfig(parts);
    writeExportFolder(input, parts, config, addMap);
}

} // namespace

const ExportFormat& compressedTensorsExport()
{
    static const ExportFormat row{"compressed-tensors", "compressed-tensors checkpoint (vLLM, Transformers) of 2, 4 or 8-bit groups",
                                  true, write};
    return row;
}

} // namespace paretoscope::exports
