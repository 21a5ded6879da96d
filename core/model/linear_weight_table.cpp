// Which representations can be read back, by kind.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/affine_linear.h"
#include "core/model/codebook_linear.h"
#include "core/model/int8_linear.h"
#include "core/model/linear_weight.h"
#include "core/model/lookup_linear.h"
#include "core/model/rotated_linear.h"
#include "core/model/row_mix_linear.h"
#include "core/model/sign_linear.h"

namespace paretoscope {

namespace {

constexpr int64_t mostExtent = int64_t{1} << 31;

const Tensor& part(const TensorMap& tensors, const char* name, const std::string& what)
{
    const auto found = tensors.find(name);
    if (found == tensors.end()) fail(ErrorCode::BadFile, "{}: its '{}' are missing", what, name);
    return found->second;
}

LinearWeightPtr readDense(const Json&, const TensorMap& tensors, const std::string& what)
{
    return std::make_shared<DenseLinear>(part(tensors, "weight", what));
}

LinearWeightPtr readPacked(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    PackedMatrix matrix;
    matrix.bits = int(requireInteger(attributes, "bits", minPackedBits, maxPackedBits, what));
    matrix.groupSize = requireInteger(attributes, "group_size", 1, mostExtent, what);
    matrix.symmetric = optionalBool(attributes, "symmetric", false, what);
    matrix.rows = requireInteger(attributes, "rows", 1, mostExtent, what);
    matrix.columns = requireInteger(attributes, "columns", 1, mostExtent, what);
    matrix.codes = part(tensors, "codes", what);
    matrix.scales = part(tensors, "scales", what);
    if (!matrix.symmetric) matrix.zeros = part(tensors, "zeros", what);
    validatePacked(matrix, what);
    return std::make_shared<PackedLinear>(std::move(matrix));
}

LinearWeightPtr readBlocks(const Json& attributes, const TensorMap& tensors, const std::string& what)
{
    const std::string type = requireString(attributes, "type", what);
    BlockMatrix matrix;
    matrix.format = blockFormatByName(type);
    if (!matrix.format) fail(ErrorCode::Unsupported, "{}: blocks of the type '{}' are not read", what, type);
    matrix.rows = requireInteger(attributes, "rows", 1, mostExtent, what);
    matrix.columns = requireInteger(attributes, "columns", 1, mostExtent, what);
    matrix.blocks = part(tensors, "blocks", what);
    validateBlocks(matrix, what);
    return std::make_shared<BlockLinear>(std::move(matrix));
}

struct Row {
    const char* kind;
    LinearWeightPtr (*read)(const Json&, const TensorMap&, const std::string&);
};

constexpr Row rows[] = {{"dense", readDense}, {"packed", readPacked}, {"blocks", readBlocks},
                        {"lookup", readLookup}, {"gathered", readGathered}, {"affine", readAffine},
                        {"outliers", readOutliers},  {"int8", readInt8},
                        {"integer", readInteger}, {"rotated", readRotated},
                        {"signs", readSigns},
                        {"row_mix", readRowMix}, {"codebooks", readCodebooks}};

} // namespace

LinearWeightPtr linearWeightFromTensors(const std::string& kind, const Json& attributes,
                                        const TensorMap& tensors, const std::string& what)
{
    for (const Row& row : rows)
        if (kind == row.kind) return row.read(attributes, tensors, what);
    fail(ErrorCode::Unsupported, "{}: weights of kind '{}' are not known to this version", what, kind);
}

} // namespace paretoscope
