#include "plugins/quantization/group_layout.h"

#include "core/base/error.h"

#include <bit>
#include <cmath>

namespace paretoscope::quantization {

Parameter bitsParameter()
{
    return Parameter::integer("bits", "Bits", 4, 2, 8,
                              "Width of a weight's code. Fewer bits make a smaller file and lose more quality.")
        .withUnit("bit")
        .withAllowed({2, 3, 4, 5, 6, 7, 8});
}

Parameter groupSizeParameter()
{
    return Parameter::integer("group_size", "Group size", 128, -1, 1 << 16,
                              "Weights of a row that share one scale and zero point. Smaller groups follow the "
                              "weights more closely and store more scales; -1 takes the whole row.")
        .withUnit("weights")
        .withAllowed({-1, 16, 32, 64, 128, 256, 512, 1024});
}

Parameter unevenGroupsParameter()
{
    return Parameter::choice("uneven_groups", "Where groups do not divide", "smaller", {"smaller", "refuse"},
                             "What to do for a matrix whose inputs are no multiple of the group size: use the "
                             "largest smaller group that fits and say so, or refuse the run.")
        .asAdvanced();
}

UnevenGroups unevenGroupsFrom(const Settings& settings)
{
    return settings.text("uneven_groups") == "refuse" ? UnevenGroups::Refuse : UnevenGroups::Smaller;
}

int64_t groupSizeFor(int64_t wished, int64_t columns, int bits, UnevenGroups uneven, const std::string& what)
{
    if (columns * bits % 8 != 0)
        fail(ErrorCode::Unsupported, "{}: {} inputs of {} bits do not end on a byte", what, columns, bits);
    if (wished < 0 || wished >= columns) wished = columns;
    if (columns % wished == 0) return wished;
    if (uneven == UnevenGroups::Refuse)
        fail(ErrorCode::Unsupported, "{}: a group size of {} does not divide its {} inputs", what, wished, columns);
    constexpr int64_t smallest = 16; // below, scales cost more than codes
    for (auto size = int64_t(std::bit_floor(uint64_t(wished))); size >= smallest; size /= 2)
        if (columns % size == 0) return size;
    return columns;
}

int64_t groupFor(const std::string& strategy, const LinearId& id, const LinearWeight& weight, int bits,
                 const Settings& settings)
{
    const std::string what = strategy + ": " + id.text();
    if (weight.kind() != "dense")
        fail(ErrorCode::Unsupported, "{} is already compressed ({})", what, weight.description());
    return groupSizeFor(settings.integer("group_size"), weight.inputs(), bits, unevenGroupsFrom(settings), what);
}

void requireGroups(const std::string& strategy, const Model& model, int bits, const Settings& settings)
{
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (isQuantizable(id)) groupFor(strategy, id, *linear.weight, bits, settings);
    });
}

void noteSmallerGroup(const Settings& settings, int64_t group, int64_t inputs, std::set<std::string>& notes)
{
    const int64_t wished = settings.integer("group_size");
    if (wished > 0 && wished < inputs && group != wished)
        notes.insert(fmt::format("groups of {} where {} does not divide {} inputs", group, wished, inputs));
}

bool isQuantizable(const LinearId& id)
{
    return id.role != "router" && id.role != "shared_gate";
}

void requireDense(const std::string& strategy, const Model& model)
{
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (isQuantizable(id) && linear.weight->kind() != "dense")
            fail(ErrorCode::Unsupported, "{}: {} is already compressed ({})", strategy, id.text(), linear.weight->description());
    });
}

std::vector<float> finiteDense(const LinearWeight& weight, const std::string& what)
{
    std::vector<float> dense = weight.toDense();
    for (const float value : dense)
        if (!std::isfinite(value)) fail(ErrorCode::BadFile, "{}: a weight is not a finite number", what);
    return dense;
}

} // namespace paretoscope::quantization
