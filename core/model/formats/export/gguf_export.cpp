// GGUF: what llama.cpp and everything built on it reads.
#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/version.h"
#include "core/model/formats/export/export_parts.h"
#include "core/model/formats/export/gguf_blocks.h"
#include "core/model/formats/export/gguf_metadata.h"
#include "core/model/formats/gguf/gguf_tensor_types.h"
#include "core/model/rope.h"

#include <algorithm>
#include <cstring>

namespace paretoscope::exports {

namespace {

// One stored tensor, or one slice of a stack of experts.
struct Piece {
    uint32_t type = 0; // ggml's number
    Shape shape;
    int64_t bytes = 0;
    std::function<Tensor()> make;
};

struct Plan {
    const ExportInput& input;
    const ExportParts& parts;
    const GgufFamily& family;
    std::map<std::string, std::map<int64_t, Piece>> tensors; // by stored name, then slice (-1: whole)
    bool roundsOffsets = false;
    std::map<uint32_t, int64_t> bytesOfType;
};

uint32_t numberOf(DType type, const std::string& name)
{
    if (type == DType::F32) return 0;
    if (type == DType::F16) return 1;
    if (type == DType::BF16) return 30;
    fail(ErrorCode::Unsupported, "'{}' has the type {}, which is not written to GGUF", name, traits(type).name);
}

// Rows of each head: first half and second half take turns, as GGUF's own rotation wants them.
Tensor interleaved(const Tensor& tensor, int64_t heads)
{
    const int64_t rows = tensor.extent(0), half = rows / heads / 2;
    const auto rowBytes = size_t(tensor.sizeBytes() / rows);
    Tensor result = Tensor::zeros(DType::U8, {tensor.sizeBytes()});
    const std::byte* from = tensor.bytes().data();
    auto* to = reinterpret_cast<std::byte*>(result.fill<uint8_t>().data());
    for (int64_t h = 0; h < heads; ++h)
        for (int64_t j = 0; j < half; ++j)
            for (int64_t t = 0; t < 2; ++t, to += rowBytes)
                std::memcpy(to, from + size_t(h * 2 * half + t * half + j) * rowBytes, rowBytes);
    return result;
}

std::optional<GgufName> ggufNameOf(const GgufFamily& family, const std::string& stem)
{
    for (const std::string& spelled : {stem, "model." + stem}) {
        for (const GgufNameRule& rule : family.names)
            if (auto name = applyGgufRule(rule, spelled)) return name;
        for (const GgufNameRule& rule : commonGgufNames())
            if (auto name = applyGgufRule(rule, spelled)) return name;
    }
    return std::nullopt;
}

// Plain numbers: vectors and routers as f32, the rest in the folder's type.
Piece plainPiece(const Plan& plan, const std::string& name, const std::string& stored)
{
    const Tensor given = plan.parts.checkpoint.tensor(name);
    const bool small = given.shape().size() == 1 || stored.find("ffn_gate_inp") != std::string::npos;
    const DType type = small ? DType::F32 : plan.parts.plainType(name);
    const float added = stored.ends_with("norm.weight") ? plan.family.normOffset : 0;
    const int64_t bytes = given.count() * int64_t(traits(type).sizeBytes);
    return {numberOf(type, name), given.shape(), bytes, [&parts = plan.parts, name, small, added] {
                const auto changed = parts.vectors.find(name);
                const Tensor values = small && changed != parts.vectors.end() ? changed->second : parts.plain(name);
                if (!small) return values;
                std::vector<float> numbers = values.toFloats();
                for (float& number : numbers) number += added;
                return Tensor::fromFloats(values.shape(), numbers);
            }};
}

Piece halfPiece(const std::string& name, const LinearWeightPtr& map)
{
    const Shape shape{map->outputs(), map->inputs()};
    return {1, shape, map->parameters() * 2, [=] { return convertedTo(DType::F16, shape, map->toDense(), name); }};
}

Piece mapPiece(Plan& plan, const std::string& name, const LinearWeightPtr& map)
{
    const Shape shape{map->outputs(), map->inputs()};
    if (const auto* blocks = dynamic_cast<const BlockLinear*>(map.get()))
        return {blocks->matrix().format->ggmlType, shape, map->storedBytes(), [map, blocks] { return blocks->matrix().blocks; }};
    if (const auto* dense = dynamic_cast<const DenseLinear*>(map.get())) {
        const Tensor weight = dense->tensors().at("weight");
        return {numberOf(weight.dtype(), name), shape, weight.sizeBytes(), [weight] { return weight; }};
    }
    const std::optional<PlainCodes> codes = plainCodes(*map);
    const std::optional<BlockChoice> choice = codes ? blockFor(*codes) : std::nullopt;
    if (choice) {
        plan.roundsOffsets = plan.roundsOffsets || choice->roundsOffsets;
        const BlockFormat* format = choice->format;
        const int64_t bytes = map->outputs() * (map->inputs() / format->elements) * format->bytes;
        return {format->ggmlType, shape, bytes, [map, format] { return toBlocks(*plainCodes(*map), *format); }};
    }
    if (plan.input.inexact) return halfPiece(name, map);
    fail(ErrorCode::Unsupported,
         "'{}' is stored as {}, which no GGUF type holds exactly; groups of a multiple of 32 weights in their order do, "
         "and '--inexact' writes such maps as 16-bit floats",
         name, map->description());
}

void place(Plan& plan, const std::string& name)
{
    constexpr std::string_view weight = ".weight", bias = ".bias";
    const std::string_view suffix = name.ends_with(weight) ? weight : name.ends_with(bias) ? bias : "";
    const std::string stem = name.substr(0, name.size() - suffix.size());
    const std::optional<GgufName> found = ggufNameOf(plan.family, stem);
    if (!found)
        fail(ErrorCode::Unsupported, "the tensor '{}' has no place in a GGUF file of the family '{}'", name, plan.family.name);
    const std::string stored = found->stem + std::string(suffix);
    const auto map = suffix == weight ? plan.parts.maps.find(stem) : plan.parts.maps.end();
    Piece piece = map == plan.parts.maps.end() ? plainPiece(plan, name, stored) : mapPiece(plan, stem, map->second);
    const BlockConfig& block = plan.input.model.blocks.front()->config;
    const bool query = stored.find(".attn_q.") != std::string::npos, key = stored.find(".attn_k.") != std::string::npos;
    if (plan.family.interleavedRows && (query || key)) {
        const int64_t heads = query ? block.heads : block.kvHeads;
        piece.make = [make = piece.make, heads, shape = piece.shape] {
            Tensor tensor = make();
            return interleaved(tensor.extent(0) == shape[0] ? tensor : tensor.reshaped({shape[0], -1}), heads);
        };
    }
    plan.tensors[stored][found->slice] = std::move(piece);
}

// The slices of a stack, one after another.
Piece stacked(const std::string& name, std::map<int64_t, Piece> slices)
{
    const Piece first = slices.begin()->second;
    if (slices.begin()->first < 0) return first;
    Piece stack{first.type, first.shape, 0, {}};
    std::vector<Piece> all;
    for (const auto& [index, slice] : slices) {
        if (index != int64_t(all.size()) || slice.type != first.type || slice.shape != first.shape)
            fail(ErrorCode::Unsupported, "the experts of '{}' are stored differently, which GGUF cannot hold", name);
        all.push_back(slice);
        stack.bytes += slice.bytes;
    }
    stack.shape.insert(stack.shape.begin(), int64_t(all.size()));
    stack.make = [all = std::move(all), bytes = stack.bytes] {
        Tensor result = Tensor::zeros(DType::U8, {bytes});
        uint8_t* to = result.fill<uint8_t>().data();
        for (const Piece& slice : all) {
            const Tensor tensor = slice.make();
            std::memcpy(to, tensor.bytes().data(), size_t(tensor.sizeBytes()));
            to += tensor.sizeBytes();
        }
        return result;
    };
    return stack;
}

// Llama 3's scaling lies in a tensor of divisors.
void addRopeFactors(const Model& model, GgufFileWriter& to)
{
    if (model.config.ropes.empty() || model.config.ropes.front().scaling != RopeScalingKind::Llama3) return;
    RopeConfig plain = model.config.ropes.front();
    plain.scaling = RopeScalingKind::None;
    const auto scaled = ropeFrequencies(model.config.ropes.front(), 1, model.config.contextLength).steps;
    const auto steps = ropeFrequencies(plain, 1, model.config.contextLength).steps;
    std::vector<float> factors;
    for (size_t i = 0; i < steps.size(); ++i) factors.push_back(float(steps[i] / scaled[i]));
    const Shape shape{int64_t(factors.size())};
    to.add("rope_freqs.weight", 0, shape, shape[0] * 4, [=] { return Tensor::fromFloats(shape, factors); });
}

// "general.file_type": what most of the bytes are.
uint32_t fileType(const Plan& plan)
{
    const std::map<uint32_t, uint32_t> types{{0, 0},   {1, 1},   {30, 32}, {2, 2},   {3, 3},   {6, 8},   {7, 9},
                                              {8, 7},   {10, 10}, {11, 12}, {12, 15}, {13, 17}, {14, 18}, {20, 25},
                                              {23, 30}, {34, 36}, {35, 37}, {39, 38}};
    uint32_t best = 0;
    int64_t most = -1;
    for (const auto& [type, bytes] : plan.bytesOfType)
        if (bytes > most && types.contains(type)) most = bytes, best = types.at(type);
    return best;
}

void write(const ExportInput& input)
{
    if (std::filesystem::exists(input.output))
        fail(ErrorCode::BadUsage, "'{}' exists already; give a name that does not", input.output.string());
    const ExportParts parts = exportParts(input);
    const GgufFamily& family = ggufFamilyFor(parts.architecture);
    Plan plan{input, parts, family, {}, false, {}};
    for (const std::string& name : parts.checkpoint.names())
        if (std::find(parts.unused.begin(), parts.unused.end(), name) == parts.unused.end()) place(plan, name);
    GgufFileWriter writer;
    writer.set("general.architecture", family.name);
    writer.set("general.name", input.original.name);
    writer.set("general.quantized_by", "paretoscope " + std::string(version()));
    writer.set("general.quantization_version", uint32_t{2});
    std::vector<std::pair<std::string, Piece>> pieces;
    for (const auto& [name, slices] : plan.tensors) {
        pieces.emplace_back(name, stacked(name, slices));
        if (pieces.back().second.shape.size() > 1) plan.bytesOfType[pieces.back().second.type] += pieces.back().second.bytes;
    }
    writer.set("general.file_type", fileType(plan));
    addGgufMetadata(family, input.model, parts.config, writer);
    addGgufTokenizer(parts.folder, input.model, writer, input.notes);
    for (const auto& [name, piece] : pieces) writer.add(name, piece.type, piece.shape, piece.bytes, piece.make);
    addRopeFactors(input.model, writer);
    if (plan.roundsOffsets)
        input.notes.push_back("scale times zero point is a 16-bit float in this format: weights differ by up to a 2048th of it");
    writeFileAtomically(input.output, [&](Sink& sink) { writer.write(sink); });
}

} // namespace

const ExportFormat& ggufExport()
{
    static const ExportFormat row{"gguf", "GGUF file (llama.cpp and what is built on it)", false, write};
    return row;
}

} // namespace paretoscope::exports
