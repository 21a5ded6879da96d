// A Hugging Face tokenizer as the tables of a GGUF file.
//
// Source: github.com/ggml-org/llama.cpp, gguf-py/gguf/constants.py (keys and token types).
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/formats/export/gguf_metadata.h"
#include "core/model/tokenizers/gguf_pre_tokenizers.h"
#include "core/model/tokenizers/pre_tokenizers.h"
#include "core/model/tokenizers/sentencepiece_file.h"

#include <algorithm>

namespace paretoscope {

namespace {

namespace fs = std::filesystem;

enum TokenType : int32_t { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

struct Tables {
    std::vector<std::string> tokens;
    std::vector<int32_t> types;
    std::vector<float> scores;

    explicit Tables(int64_t size) : tokens(size_t(size)), types(size_t(size), Unused), scores(size_t(size), 0.0f)
    {
        for (size_t i = 0; i < tokens.size(); ++i) tokens[i] = fmt::format("[PAD{}]", i);
    }
    void put(int64_t id, const std::string& token, TokenType type)
    {
        if (id < 0 || id >= int64_t(tokens.size())) return; // the model cannot produce it
        tokens[size_t(id)] = token;
        types[size_t(id)] = type;
    }
};

// Regular expressions of the steps that cut a text, in order; nothing where a step is of another kind.
bool patternsOf(const Json& step, std::vector<std::string>& patterns)
{
    if (step.is_null()) return true;
    const std::string type = step.value("type", "");
    if (type == "Sequence") {
        const Json steps = step.value("pretokenizers", Json::array());
        return std::all_of(steps.begin(), steps.end(), [&](const Json& each) { return patternsOf(each, patterns); });
    }
    if (type == "ByteLevel") {
        if (step.value("use_regex", true)) patterns.emplace_back(tokenizers::gpt2Pattern);
        return !step.value("add_prefix_space", false);
    }
    if (type == "Digits") {
        patterns.emplace_back(step.value("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)");
        return true;
    }
    const Json pattern = step.value("pattern", Json::object());
    if (type != "Split" || !pattern.contains("Regex")) return false;
    patterns.push_back(pattern["Regex"].get<std::string>());
    return true;
}

std::vector<std::string> mergesOf(const Json& model)
{
    std::vector<std::string> merges;
    for (const Json& merge : model.value("merges", Json::array()))
        merges.push_back(merge.is_array() ? merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>()
                                          : merge.get<std::string>());
    return merges;
}

void addPieces(const Json& json, Tables& tables, bool bytes)
{
    for (const auto& [piece, id] : json.at("model").at("vocab").items()) {
        const bool isByte = bytes && piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with(">");
        tables.put(id.get<int64_t>(), piece, isByte ? Byte : Normal);
    }
    const std::string unknown = json["model"].value("unk_token", Json()).is_string() ? json["model"]["unk_token"].get<std::string>() : "";
    for (const Json& token : json.value("added_tokens", Json::array())) {
        const std::string content = token.value("content", "");
        tables.put(token.value("id", int64_t{-1}), content,
                   content == unknown && bytes ? Unknown : token.value("special", false) ? Control : UserDefined);
    }
}

// A merge found early makes a piece that is likely.
void scoreByMerges(const Json& json, Tables& tables)
{
    std::map<std::string, float> scores;
    float rank = 0;
    for (std::string merge : mergesOf(json.at("model"))) {
        const size_t space = merge.find(' ', 1);
        if (space != merge.npos) scores.emplace(merge.erase(space, 1), -(rank++));
    }
    for (size_t i = 0; i < tables.tokens.size(); ++i) {
        const auto found = scores.find(tables.tokens[i]);
        if (tables.types[i] == Normal) tables.scores[i] = found == scores.end() ? -1e6f : found->second;
    }
}

void writeTables(const char* model, const Tables& tables, bool scored, GgufFileWriter& to)
{
    to.set("tokenizer.ggml.model", model);
    to.set("tokenizer.ggml.tokens", tables.tokens);
    if (scored) to.set("tokenizer.ggml.scores", tables.scores);
    to.set("tokenizer.ggml.token_type", tables.types);
}

// From tokenizer.json; false when GGUF has no place for it.
bool addFromJson(const Json& json, int64_t size, GgufFileWriter& to, std::vector<std::string>& notes)
{
    const Json& model = json.at("model");
    const std::string type = model.value("type", model.contains("merges") ? "BPE" : "");
    if (type != "BPE") return false;
    const bool bytes = model.value("byte_fallback", false);
    Tables tables(size);
    addPieces(json, tables, bytes);
    if (bytes) {
        scoreByMerges(json, tables);
        writeTables("llama", tables, true, to);
        return true;
    }
    std::vector<std::string> patterns;
    const bool plain = patternsOf(json.value("pre_tokenizer", Json()), patterns);
    std::string name = plain ? tokenizers::ggufPreTokenizerName(patterns, model.value("ignore_merges", false)) : "";
    if (name.empty()) {
        notes.push_back("GGUF has no name for how this tokenizer splits text, so other engines may split it otherwise");
        name = model.value("ignore_merges", false) ? "llama-bpe" : "gpt-2";
    }
    writeTables("gpt2", tables, false, to);
    to.set("tokenizer.ggml.pre", name);
    to.set("tokenizer.ggml.merges", mergesOf(model));
    return true;
}

void addFromSentencePiece(const fs::path& file, int64_t size, GgufFileWriter& to)
{
    const tokenizers::SentencePieceFile pieces = tokenizers::parseSentencePieceFile(readFile(file), file.string());
    Tables tables(size);
    for (size_t i = 0; i < pieces.pieces.size(); ++i) {
        tables.put(int64_t(i), pieces.pieces[i], TokenType(pieces.types[i]));
        if (i < tables.scores.size()) tables.scores[i] = float(pieces.scores[i]);
    }
    const bool unigram = pieces.algorithm == tokenizers::SentencePieceFile::Algorithm::Unigram;
    writeTables(unigram ? "t5" : "llama", tables, true, to);
    to.set("tokenizer.ggml.add_space_prefix", pieces.addPrefix);
}

} // namespace

void addGgufTokenizer(const fs::path& folder, const Model& model, GgufFileWriter& to, std::vector<std::string>& notes)
{
    if (!model.tokenizer) return;
    const int64_t size = model.config.vocabulary;
    bool written = false;
    if (fs::exists(folder / "tokenizer.model")) {
        addFromSentencePiece(folder / "tokenizer.model", size, to);
        written = true;
    } else if (fs::exists(folder / "tokenizer.json")) {
        written = addFromJson(readJsonFile(folder / "tokenizer.json"), size, to, notes);
    }
    if (!written) {
        notes.push_back("the tokenizer is of a kind that GGUF cannot hold; the file has none");
        return;
    }
    if (const auto begin = model.tokenizer->beginToken()) to.set("tokenizer.ggml.bos_token_id", uint32_t(*begin));
    if (const auto end = model.tokenizer->endToken()) to.set("tokenizer.ggml.eos_token_id", uint32_t(*end));
    const std::vector<int32_t> empty = model.tokenizer->encode("", true);
    const bool begins = !empty.empty() && model.tokenizer->beginToken() == empty.front();
    to.set("tokenizer.ggml.add_bos_token", begins);
    to.set("tokenizer.ggml.add_eos_token", empty.size() > (begins ? 1u : 0u));
    if (const std::string chat = model.tokenizer->chatTemplate(); !chat.empty()) to.set("tokenizer.chat_template", chat);
}

} // namespace paretoscope
