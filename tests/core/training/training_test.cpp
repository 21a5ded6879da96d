// Whole training steps: gradients of a small Llama against f64, AdamW by hand, learning a task.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/inference/transformer.h"
#include "core/model/open_model.h"
#include "core/model/random_model.h"
#include "core/training/adamw.h"
#include "core/training/losses.h"
#include "core/training/trainable_model.h"
#include "core/training/trainer.h"
#include "tests/core/autograd/reference.h"

#include <QTest>

#include <map>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

constexpr RandomModelShape shape{16, 2, 4, 2, 24, 11, 32, DType::F32, 3};

ModelPtr smallLlama(const ScratchFolder& scratch)
{
    JobContext job;
    writeRandomModel(shape, scratch.path() / "model", job);
    return openModel((scratch.path() / "model").string());
}

using Sequences = std::vector<std::vector<int32_t>>;

// The loss of all sequences' next tokens, on a tape that adds to `gradients`.
double lossOf(const Model& model, const Sequences& sequences, Gradients& gradients)
{
    Scratch scratch;
    const auto backend = cpuBackend();
    TapeOperations tape(*backend, scratch, gradients);
    std::vector<KvCache> caches(sequences.size());
    std::vector<SequenceStep> steps;
    std::vector<int32_t> targets;
    for (size_t s = 0; s < sequences.size(); ++s) {
        caches[s] = makeCache(model);
        const std::span<const int32_t> tokens(sequences[s]);
        steps.push_back({tokens.first(tokens.size() - 1), 0, &caches[s], 0, {}});
        targets.insert(targets.end(), tokens.begin() + 1, tokens.end());
    }
    PassMemory memory;
    const Value hidden = runTransformer(model, tape, scratch, memory, steps);
    const double loss = crossEntropy(tape, runOutputHead(model, tape, hidden), targets);
    tape.backward();
    return loss;
}

// A Llama in f64, from its published description.
class Reference {
public:
    explicit Reference(const TrainableModel& model)
    {
        for (size_t i = 0; i < model.parameters().size(); ++i) {
            const Tensor& tensor = model.parameters()[i];
            Matrix m(tensor.shape().size() == 1 ? 1 : tensor.extent(0), tensor.shape().back());
            const std::vector<float> values = tensor.toFloats();
            std::copy(values.begin(), values.end(), m.values.begin());
            parameters[model.names()[i]] = m;
        }
    }

    double loss(const Sequences& sequences) const
    {
        double total = 0, count = 0;
        for (const auto& tokens : sequences) {
            const Matrix logits = run({tokens.begin(), tokens.end() - 1});
            for (int64_t r = 0; r < logits.rows; ++r, ++count)
                total -= logSoftmax(logits, r)[size_t(tokens[size_t(r) + 1])];
        }
        return total / count;
    }

    // -log p of tokens[position]
    double nll(const std::vector<int32_t>& tokens, size_t position) const
    {
        const Matrix logits = run({tokens.begin(), tokens.begin() + std::ptrdiff_t(position)});
        return -logSoftmax(logits, logits.rows - 1)[size_t(tokens[position])];
    }

    std::map<std::string, Matrix> parameters;

private:
    const Matrix& at(const std::string& name) const { return parameters.at(name); }

    Matrix run(const std::vector<int32_t>& tokens) const
    {
        const auto rows = int64_t(tokens.size());
        Matrix x(rows, shape.hidden);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < shape.hidden; ++c) x.at(r, c) = at("embedding").at(tokens[size_t(r)], c);
        std::vector<int32_t> positions;
        for (int32_t i = 0; i < rows; ++i) positions.push_back(i);
        for (int64_t b = 0; b < shape.layers; ++b) {
            const std::string block = "blocks." + std::to_string(b) + ".";
            const auto map = [&](const Matrix& in, const char* name) { return product(in, at(block + name)); };
            const Matrix h = normed(x, block + "attention_norm.weight");
            const Matrix q = rotated(map(h, "attention.query"), shape.heads, positions);
            const Matrix k = rotated(map(h, "attention.key"), shape.kvHeads, positions);
            const double scale = 1 / std::sqrt(double(shape.hidden / shape.heads));
            const AttentionRule rule{shape.heads, shape.kvHeads, scale, 0, 0, true, {}, {}};
            x = sum(x, map(attended(q, k, map(h, "attention.value"), rule), "attention.output"));
            const Matrix f = normed(x, block + "feed_forward_norm.weight");
            Matrix gate = map(f, "feed_forward.gate");
            const Matrix up = map(f, "feed_forward.up");
            for (size_t i = 0; i < gate.values.size(); ++i)
                gate.values[i] *= up.values[i] / (1 + std::exp(-gate.values[i]));
            x = sum(x, map(gate, "feed_forward.down"));
        }
        return product(normed(x, "final_norm.weight"), at("output"));
    }

    Matrix normed(const Matrix& x, const std::string& weight) const
    {
        return normalized(x, x.columns, false, double(1e-5f), at(weight), {});
    }
};

const Sequences sequences{{1, 4, 2, 9, 4, 10, 0, 3}, {7, 7, 5}, {6, 8, 1, 2, 3}};

} // namespace

class TrainingTest : public QObject {
    Q_OBJECT
private slots:
    void gradientsOfALlama()
    {
        const ScratchFolder scratch;
        const TrainableModel model(*smallLlama(scratch));
        Gradients gradients(model.parameters());
        Reference reference(model);
        const double loss = lossOf(model.model(), sequences, gradients);
        QVERIFY(std::abs(loss - reference.loss(sequences)) < 1e-5);
        QCOMPARE(int(model.parameters().size()), int(2 + 9 * shape.layers + 1));
        Random random(1);
        for (size_t p = 0; p < model.parameters().size(); ++p) {
            const std::string& name = model.names()[p];
            double size = 0;
            for (const float value : gradients.at(p)) size = std::max(size, double(std::abs(value)));
            QVERIFY2(size > 0, name.c_str());
            Matrix& parameter = reference.parameters[name];
            for (int sample = 0; sample < 6; ++sample) {
                const size_t i = random.below(parameter.values.size());
                const double expected = derivative([&] { return reference.loss(sequences); }, parameter.values[i]);
                const double error = std::abs(double(gradients.at(p)[i]) - expected);
                QVERIFY2(error < 1e-3 * size + 1e-7, qPrintable(QString::fromStdString(name)));
            }
        }
    }

    // Micro-batches add up to the batch; any number of threads gives nearly the same.
    void gradientsAddUp()
    {
        const ScratchFolder scratch;
        const TrainableModel model(*smallLlama(scratch));
        Gradients whole(model.parameters()), again(model.parameters());
        lossOf(model.model(), sequences, whole);
        lossOf(model.model(), sequences, again);
        for (size_t p = 0; p < model.parameters().size(); ++p)
            QVERIFY(std::equal(whole.at(p).begin(), whole.at(p).end(), again.at(p).begin()));
        lossOf(model.model(), sequences, again); // a second pass doubles them
        for (size_t p = 0; p < model.parameters().size(); ++p)
            for (size_t i = 0; i < whole.at(p).size(); ++i)
                QVERIFY(std::abs(again.at(p)[i] - 2 * whole.at(p)[i]) <= 1e-5f * (1 + std::abs(whole.at(p)[i])));
    }

    void trainingLeavesTheModelItStartedFromAlone()
    {
        const ScratchFolder scratch;
        const ModelPtr start = smallLlama(scratch);
        const std::vector<float> before = start->embedding.toFloats();
        TrainableModel model(*start);
        const ModelPtr kept = model.snapshot();
        Gradients gradients(model.parameters());
        lossOf(model.model(), sequences, gradients);
        AdamW(model.parameters(), {}).step(gradients);
        QVERIFY(model.model().embedding.toFloats() != before);
        QCOMPARE(start->embedding.toFloats(), before);
        QCOMPARE(kept->embedding.toFloats(), before);
    }

    // Loshchilov and Hutter, algorithm 2, by hand in f64 over five steps.
    void adamw()
    {
        const Tensor matrix = Tensor::fromFloats({2, 2}, {1, -2, 3, 0.5f});
        const Tensor vector = Tensor::fromFloats({2}, {1, -1});
        const AdamWSettings settings{0.01, 0.9, 0.95, 1e-8, 0.1};
        AdamW optimizer({matrix, vector}, settings);
        Gradients gradients({matrix, vector});
        std::vector<double> weights{1, -2, 3, 0.5, 1, -1}, m(6), v(6);
        for (int step = 1; step <= 5; ++step) {
            const double share = 1.0 / step;
            for (size_t i = 0; i < 6; ++i) {
                const double g = std::sin(double(step) + double(i));
                (i < 4 ? gradients.at(0)[i] : gradients.at(1)[i - 4]) = float(g);
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                const double rate = settings.learningRate * share;
                const double decay = i < 4 ? rate * settings.weightDecay * weights[i] : 0;
                weights[i] -= rate * (m[i] / (1 - std::pow(0.9, step))) /
                                  (std::sqrt(v[i] / (1 - std::pow(0.95, step))) + settings.epsilon) +
                              decay;
            }
            optimizer.step(gradients, share);
        }
        const std::vector<float> first = matrix.toFloats(), second = vector.toFloats();
        for (size_t i = 0; i < 6; ++i)
            QVERIFY(std::abs(double(i < 4 ? first[i] : second[i - 4]) - weights[i]) < 1e-6);
    }

    void schedules()
    {
        const Schedule cosine{ScheduleShape::Cosine, 10, 110, 0.1};
        QCOMPARE(cosine.at(0), 0.1);
        QCOMPARE(cosine.at(9), 1.0);
        QCOMPARE(cosine.at(10), 1.0);
        QVERIFY(std::abs(cosine.at(60) - 0.55) < 1e-12);
        QVERIFY(std::abs(cosine.at(110) - 0.1) < 1e-12);
        QVERIFY(std::abs(cosine.at(5000) - 0.1) < 1e-12);
        const Schedule linear{ScheduleShape::Linear, 0, 100, 0};
        QVERIFY(std::abs(linear.at(25) - 0.75) < 1e-12);
        QCOMPARE(Schedule({ScheduleShape::Constant, 0, 100, 0}).at(99), 1.0);
    }

    void clipping()
    {
        const Tensor a = Tensor::fromFloats({2}, {0, 0});
        Gradients gradients({a});
        gradients.at(0)[0] = 3;
        gradients.at(0)[1] = 4;
        QCOMPARE(clipGradients(gradients, 10), 5.0);
        QCOMPARE(gradients.at(0)[0], 3.0f);
        QCOMPARE(clipGradients(gradients, 1), 5.0);
        QVERIFY(std::abs(gradients.norm() - 1) < 1e-6);
    }

    // The state of an optimizer, put into another one, goes on to the same bits.
    void optimizerStateGoesOn()
    {
        const ScratchFolder scratch;
        const ModelPtr start = smallLlama(scratch);
        const auto steps = [&](TrainableModel& model, AdamW& optimizer, int count) {
            for (int i = 0; i < count; ++i) {
                Gradients gradients(model.parameters());
                lossOf(model.model(), sequences, gradients);
                optimizer.step(gradients);
            }
        };
        TrainableModel through(*start);
        AdamW whole(through.parameters(), {});
        steps(through, whole, 6);
        TrainableModel first(*start);
        AdamW half(first.parameters(), {});
        steps(first, half, 3);
        TrainableModel second(first.model());
        AdamW rest(second.parameters(), {});
        rest.restore(half.moments(), half.steps());
        steps(second, rest, 3);
        for (size_t p = 0; p < through.parameters().size(); ++p)
            QCOMPARE(second.parameters()[p].toFloats(), through.parameters()[p].toFloats());
        QVERIFY_THROWS_EXCEPTION(Error, rest.restore({half.moments().front()}, 1));
    }

    // Stopped, saved, read into another trainer: the same bits as without a stop.
    void trainersGoOnFromACheckpoint()
    {
        const ScratchFolder scratch;
        const ModelPtr start = smallLlama(scratch);
        std::vector<int32_t> text;
        for (int i = 0; i < 300; ++i) text.push_back(i * i % 11);
        const auto data = windowsOfTokens(text, 9, 5, 1, "squares");
        TrainingSettings settings;
        settings.schedule.steps = 8;
        settings.rowsAtOnce = 20; // three micro-batches
        const auto file = scratch.path() / "checkpoint";
        JobContext job;
        Trainer whole(*start, settings, data);
        whole.run(job);
        Trainer first(*start, settings, data);
        JobContext stopping;
        const auto stopAtThree = [&](const TrainingProgress& p) {
            if (p.step == 3) stopping.cancel();
        };
        QVERIFY_THROWS_EXCEPTION(Error, first.run(stopping, file, stopAtThree));
        Trainer second(*start, settings, data);
        second.resume(file);
        QCOMPARE(second.stepsMade(), 3);
        second.run(job);
        for (size_t p = 0; p < whole.model().parameters().size(); ++p)
            QCOMPARE(second.model().parameters()[p].toFloats(), whole.model().parameters()[p].toFloats());
        // Other settings, other data, a damaged file.
        TrainingSettings others = settings;
        others.optimizer.learningRate *= 2;
        QVERIFY_THROWS_EXCEPTION(Error, Trainer(*start, others, data).resume(file));
        QVERIFY_THROWS_EXCEPTION(Error, Trainer(*start, settings, windowsOfTokens(text, 9, 5, 2, "squares")).resume(file));
        const std::string bytes = readFile(file);
        writeFileAtomically(file, bytes.substr(0, bytes.size() / 2));
        QVERIFY_THROWS_EXCEPTION(Error, Trainer(*start, settings, data).resume(file));
    }

    // Weights say what counts; micro-batches change nothing but the last bits.
    void microBatchesAreOneBatch()
    {
        const ScratchFolder scratch;
        const ModelPtr start = smallLlama(scratch);
        struct Weighted : TrainingData {
            std::vector<TrainingSequence> batch(int64_t) const override
            {
                return {{{1, 4, 2, 9}, {1, 0, 2}}, {{7, 7, 5}, {}}, {{6, 8, 1, 2, 3}, {0, 0, 0, 1}}};
            }
            std::string description() const override { return "weighted"; }
        };
        const auto trained = [&](int64_t rows) {
            TrainingSettings settings;
            settings.schedule.steps = 3;
            settings.rowsAtOnce = rows;
            settings.optimizer.epsilon = 1e-3; // else a gradient of nearly nothing decides a sign
            Trainer trainer(*start, settings, std::make_shared<Weighted>());
            JobContext job;
            double loss = 0;
            trainer.run(job, {}, [&](const TrainingProgress& p) { if (p.step == 1) loss = p.loss; });
            std::vector<float> result = trainer.model().model().embedding.toFloats();
            result.push_back(float(loss));
            return result;
        };
        const std::vector<float> one = trained(100), three = trained(1);
        for (size_t i = 0; i < one.size(); ++i) QVERIFY(std::abs(one[i] - three[i]) < 1e-5f);
        Reference reference{TrainableModel(*start)};
        const auto at = [&](std::vector<int32_t> tokens, size_t position) {
            return reference.nll(tokens, position);
        };
        const double expected = (at({1, 4, 2, 9}, 1) + 2 * at({1, 4, 2, 9}, 3) + at({7, 7, 5}, 1) + at({7, 7, 5}, 2) +
                                 at({6, 8, 1, 2, 3}, 4)) / 6;
        QVERIFY(std::abs(double(one.back()) - expected) < 1e-5);
    }

    // Copying: the second half of a sequence repeats the first.
    void learnsToCopy()
    {
        const ScratchFolder scratch;
        TrainableModel model(*smallLlama(scratch));
        AdamWSettings settings;
        settings.learningRate = 1e-2;
        AdamW optimizer(model.parameters(), settings);
        double first = 0, last = 0;
        for (int step = 0; step < 150; ++step) {
            Random random(uint64_t(step), "copy");
            Sequences batch;
            for (int s = 0; s < 16; ++s) {
                std::vector<int32_t> tokens;
                for (int i = 0; i < 3; ++i) tokens.push_back(int32_t(random.below(4)));
                tokens.push_back(10);
                for (int i = 0; i < 3; ++i) tokens.push_back(tokens[size_t(i)]);
                batch.push_back(tokens);
            }
            Gradients gradients(model.parameters());
            last = lossOf(model.model(), batch, gradients);
            if (step == 0) first = last;
            clipGradients(gradients, 1);
            optimizer.step(gradients);
        }
        // What cannot be known: two of six tokens, of four values each (the separator can).
        const double floor = 2 * std::log(4.0) / 6;
        QVERIFY2(first > floor + 0.8, qPrintable(QString::number(first)));
        QVERIFY2(last < floor + 0.15, qPrintable(QString::number(last)));
    }
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "training_test.moc"
