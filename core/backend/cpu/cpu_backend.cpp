// The CPU backend: forwards to the kernels of this folder.
#include "core/backend/backend.h"

#include "core/backend/compressed_products.h"
#include "core/backend/cpu/affine_kernels.h"
#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/codebook_kernels.h"
#include "core/backend/cpu/hadamard_kernels.h"
#include "core/backend/cpu/integer_kernels.h"
#include "core/backend/cpu/kernels.h"
#include "core/backend/cpu/sign_kernels.h"
#include "core/base/parallel.h"

#include <fmt/format.h>

namespace paretoscope {

namespace {

class CpuBackend : public Backend, public CompressedProducts {
public:
    std::string name() const override { return "cpu"; }

    std::string detail() const override
    {
        return fmt::format("{}, {}, {} threads", cpu::blasDetail(), cpu::simdTargetName(), threadCount());
    }

    void linear(ConstMatrixView x, const Tensor& weight, const float* bias, MatrixView y) const override
    {
        cpu::linear(x, weight, bias, y);
    }

    void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias,
                      MatrixView y) const override
    {
        cpu::linearPacked(x, weight, bias, y);
    }

    void linearBlocks(ConstMatrixView x, const BlockMatrix& weight, const float* bias,
                      MatrixView y) const override
    {
        cpu::linearBlocks(x, weight, bias, y);
    }

    void linearLookup(ConstMatrixView x, const LookupMatrix& weight, const float* bias,
                      MatrixView y) const override
    {
        cpu::linearLookup(x, weight, bias, y);
    }

    void gemm(bool transposeA, bool transposeB, float alpha, ConstMatrixView a, ConstMatrixView b,
              bool accumulate, MatrixView y) const override
    {
        cpu::gemm(transposeA, transposeB, alpha, a, b, accumulate, y);
    }

    void embed(const Tensor& table, std::span<const int32_t> ids, float scale, MatrixView y) const override
    {
        cpu::embed(table, ids, scale, y);
    }

    void rmsNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                 MatrixView y) const override
    {
        cpu::rmsNorm(x, weight, bias, epsilon, y);
    }

    void layerNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon,
                   MatrixView y) const override
    {
        cpu::layerNorm(x, weight, bias, epsilon, y);
    }

    void rope(MatrixView x, int64_t heads, int64_t headDim, ConstMatrixView cosines, ConstMatrixView sines,
              bool interleaved) const override
    {
        cpu::rope(x, heads, headDim, cosines, sines, interleaved);
    }

    void attention(const AttentionShape& shape, ConstMatrixView query, std::span<const int32_t> positions,
                   std::span<const KeyValueSpan> kvHeads, MatrixView output) const override
    {
        cpu::attention(shape, query, positions, kvHeads, output);
    }

    void activate(Activation activation, ConstMatrixView x, MatrixView y) const override
    {
        cpu::activate(activation, x, y);
    }

    void gatedActivation(Activation activation, ConstMatrixView gate, ConstMatrixView up,
                         MatrixView y) const override
    {
        cpu::gatedActivation(activation, gate, up, y);
    }

    void add(ConstMatrixView x, float alpha, MatrixView y) const override { cpu::add(x, alpha, y); }

    void logProbabilities(ConstMatrixView logits, std::span<const int32_t> targets, std::span<float> result,
                          float* logSumExp) const override
    {
        cpu::logProbabilities(logits, targets, result, logSumExp);
    }

    void convert(const Tensor& tensor, int64_t begin, std::span<float> result) const override
    {
        cpu::convert(tensor, begin, result);
    }

    void linearAffine(ConstMatrixView x, const AffineMatrix& weight, const float* bias, MatrixView y) const override
    {
        cpu::linearAffine(x, weight, bias, y);
    }

    void addSparse(ConstMatrixView x, const SparseRows& weight, MatrixView y) const override
    {
        cpu::addSparse(x, weight, y);
    }

    void linearInteger(ConstMatrixView x, const PackedMatrix& weight, const ActivationRounding& rounding,
                       const float* bias, MatrixView y) const override
    {
        cpu::linearInteger(x, weight, rounding, bias, y);
    }

    void linearCodebook(ConstMatrixView x, const CodebookMatrix& weight, const float* bias, MatrixView y) const override
    {
        cpu::linearCodebook(x, weight, bias, y);
    }

    void rotate(const HadamardMatrix& matrix, bool transposed, int64_t inner, MatrixView x) const override
    {
        cpu::rotate(matrix, transposed, inner, x);
    }

    void linearSigns(ConstMatrixView x, const SignMatrix& weight, const float* bias, MatrixView y) const override
    {
        cpu::linearSigns(x, weight, bias, y);
    }
};

} // namespace

std::shared_ptr<const Backend> cpuBackend()
{
    static const auto instance = std::make_shared<const CpuBackend>();
    return instance;
}

} // namespace paretoscope
