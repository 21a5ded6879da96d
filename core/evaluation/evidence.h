// What tasks saw, before it is reduced to metrics. Plain values.
#pragma once

#include "core/evaluation/measurement.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope {

// Language modelling over windows of a text.
struct LanguageEvidence {
    struct Window {
        std::string item;      // "window-0012"
        double nllSum = 0;     // natural log, over the scored tokens
        int64_t tokens = 0;    // scored
        int64_t bytes = 0;     // UTF-8 bytes of the scored tokens' text
    };
    std::vector<Window> windows;
};

// Predictions compared with the uncompressed model's, on the same tokens.
struct FidelityEvidence {
    struct Window {
        std::string item;
        int64_t positions = 0;
        double klSum = 0;                // nat
        int64_t sameTop = 0;
        double probabilityChangeSum = 0; // of the text's own tokens, run minus reference
    };
    std::vector<Window> windows;
    std::vector<float> klDivergences; // of every position, for quantiles
    double klEstimateVariance = 0;    // of the mean, from what the reference leaves out
};

struct FootprintEvidence {
    int64_t weightBytes = 0;  // stored numbers of the model in memory
    int64_t fileBytes = 0;    // weights file of the project's folder format
    int64_t linearBytes = 0;  // of the blocks' linear maps
    int64_t linearParameters = 0;
    double kvBytesPerToken = 0;
    double flopsPerToken = 0; // two per multiply-accumulate, at decode with an empty context
    double compressSeconds = 0;
    std::optional<int64_t> peakMemoryBytes; // of the worker process
};

struct SpeedEvidence {
    int64_t promptTokens = 0;
    int64_t decodeTokens = 0;
    std::vector<double> prefillSeconds; // a repeat each, warm-up left out
    std::vector<double> decodeSeconds;
    std::string slowBecause; // empty, or why this representation has no fast kernel
};

// Answers of questions, scored 0 to 1.
struct AnswerEvidence {
    struct Answer {
        std::string item;
        double score = 0;
        int64_t promptTokens = 0;
        int64_t generatedTokens = 0;
        std::string output;
        std::optional<double> lenientScore; // by a rule that forgives form, where there is one
        std::optional<double> overlap;      // F1 of words with the right answer
    };
    std::vector<Answer> answers;
};

// Log-likelihoods of the choices of questions with several.
struct ChoiceEvidence {
    struct Choice {
        double logLikelihood = 0; // natural logarithm, of the choice's tokens after the question
        int64_t characters = 0;   // of the choice itself, without the space before it
    };
    struct Question {
        std::string item;
        std::vector<Choice> choices; // two or more
        size_t right = 0;            // index of the right one
    };
    std::vector<Question> questions;
};

struct Evidence {
    std::optional<LanguageEvidence> language;
    std::optional<FidelityEvidence> fidelity;
    std::optional<FootprintEvidence> footprint;
    std::optional<SpeedEvidence> speed;
    std::optional<AnswerEvidence> answers;
    std::optional<ChoiceEvidence> choices;
    std::vector<Measurement> external; // made by other programs, which have reduced them already
    std::vector<std::string> notes; // for the run's record: what was left out or cut off
};

} // namespace paretoscope
