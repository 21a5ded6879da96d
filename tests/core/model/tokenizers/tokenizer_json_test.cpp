// Files: what they say about roles, and what is refused.
#include "core/base/error.h"
#include "tests/core/model/tokenizers/tokenizer_fixture.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

Json withTokens()
{
    Json json = byteLevelJson({{"a", "b"}});
    json["added_tokens"] = {{{"id", 257}, {"content", "<s>"}, {"special", true}},
                            {{"id", 258}, {"content", "</s>"}, {"special", true}}};
    return json;
}

Json changed(const std::string& pointer, const Json& value)
{
    Json json = withTokens();
    json[Json::json_pointer(pointer)] = value;
    return json;
}

} // namespace

class TokenizerJsonTest : public QObject {
    Q_OBJECT

private slots:
    void absentFile();
    void rolesFromConfig();
    void rolesFromOtherFiles();
    void rolesGuessed();
    void switchesOfConfig();
    void extraTokensOfConfig();
    void chatTemplates();
    void unknownCharacters();
    void byteFallback();
    void wordDecorations();
    void ignoresMerges();
    void mergesAsText();
    void refuses_data();
    void refuses();
    void invalidTextNamesByte();
};

void TokenizerJsonTest::absentFile()
{
    const ScratchFolder folder;
    QVERIFY(!openTokenizer(folder.path()));
}

void TokenizerJsonTest::rolesFromConfig()
{
    TokenizerFolder folder(withTokens());
    folder.write("tokenizer_config.json", R"({"bos_token": "<s>", "eos_token": {"content": "</s>",
        "lstrip": false}, "clean_up_tokenization_spaces": true})");
    QCOMPARE(folder.open()->beginToken(), std::optional<int32_t>(257));
    QCOMPARE(folder.open()->endToken(), std::optional<int32_t>(258));
    folder.write("tokenizer_config.json", R"({"bos_token": null, "eos_token": "a"})");
    QCOMPARE(folder.open()->beginToken(), std::optional<int32_t>());
    QCOMPARE(folder.open()->endToken(), std::optional<int32_t>('a'));
    folder.write("tokenizer_config.json", R"({"bos_token": 5})");
    PARETOSCOPE_EXPECT_ERROR(folder.open(), "tokenizer_config.json: 'bos_token' must be");
}

void TokenizerJsonTest::rolesFromOtherFiles()
{
    TokenizerFolder folder(withTokens());
    folder.write("special_tokens_map.json", R"({"bos_token": {"content": "</s>"}})");
    folder.write("config.json", R"({"bos_token_id": 1, "eos_token_id": [257, 258]})");
    QCOMPARE(folder.open()->beginToken(), std::optional<int32_t>(258));
    QCOMPARE(folder.open()->endToken(), std::optional<int32_t>(257));
    folder.write("config.json", R"({"eos_token_id": 70000})");
    QCOMPARE(folder.open()->endToken(), std::optional<int32_t>(258)); // by its usual name
}

void TokenizerJsonTest::rolesGuessed()
{
    QCOMPARE(tokenizerOf(withTokens())->beginToken(), std::optional<int32_t>(257));
    QCOMPARE(tokenizerOf(byteLevelJson({}))->beginToken(), std::optional<int32_t>());
}

void TokenizerJsonTest::switchesOfConfig()
{
    TokenizerFolder folder(withTokens());
    QCOMPARE(folder.open()->encode("x", true), (Ids{'x'}));
    const std::string roles = R"("bos_token": "<s>", "eos_token": "</s>")";
    folder.write("tokenizer_config.json", "{" + roles + R"(, "add_bos_token": true})");
    QCOMPARE(folder.open()->encode("x", true), (Ids{257, 'x'}));
    QCOMPARE(folder.open()->encode("x", false), (Ids{'x'}));
    folder.write("tokenizer_config.json",
                 "{" + roles + R"(, "tokenizer_class": "LlamaTokenizerFast",
                      "add_bos_token": false, "add_eos_token": true})");
    QCOMPARE(folder.open()->encode("x", true), (Ids{'x', 258}));
    folder.write("tokenizer_config.json", R"({"add_prefix_space": true})");
    QCOMPARE(folder.open()->encode("x", true), (Ids{' ', 'x'}));
}

void TokenizerJsonTest::extraTokensOfConfig()
{
    TokenizerFolder folder(withTokens());
    folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {
        "257": {"content": "<s>", "special": true}, "300": {"content": "<x>", "special": true}}})");
    QCOMPARE(folder.open()->encode("<x>", false), (Ids{300}));
    folder.write("tokenizer_config.json",
                 R"({"added_tokens_decoder": {"-3": {"content": "<x>"}}})");
    PARETOSCOPE_EXPECT_ERROR(folder.open(), "'-3' is not a token id");
}

void TokenizerJsonTest::chatTemplates()
{
    TokenizerFolder folder(withTokens());
    QCOMPARE(folder.open()->chatTemplate(), std::string());
    folder.write("tokenizer_config.json", R"({"chat_template": [{"name": "rag", "template": "r"},
        {"name": "default", "template": "d"}]})");
    QCOMPARE(folder.open()->chatTemplate(), std::string("d"));
    folder.write("tokenizer_config.json", R"({"chat_template": "{{ bos_token }}"})");
    QCOMPARE(folder.open()->chatTemplate(), std::string("{{ bos_token }}"));
    folder.write("chat_template.jinja", "{{ 1 }}");
    QCOMPARE(folder.open()->chatTemplate(), std::string("{{ 1 }}"));
}

void TokenizerJsonTest::unknownCharacters()
{
    Json json = {{"model",
                  {{"type", "BPE"},
                   {"vocab", {{"a", 0}, {"?", 1}, {"b", 2}, {"ab", 3}}},
                   {"merges", {"a b"}},
                   {"unk_token", "?"}}}};
    QCOMPARE(tokenizerOf(json)->encode("aéöab", false), (Ids{0, 1, 1, 3}));
    json["model"]["fuse_unk"] = true;
    QCOMPARE(tokenizerOf(json)->encode("aéöabé", false), (Ids{0, 1, 3, 1}));
    json["model"].erase("unk_token");
    QCOMPARE(tokenizerOf(json)->encode("aéb", false), (Ids{3}));      // left out, so a and b meet
    QCOMPARE(tokenizerOf(json)->decode({0, 3}), std::string("a ab")); // joined by spaces
}

void TokenizerJsonTest::byteFallback()
{
    Json json = {{"model",
                  {{"type", "BPE"},
                   {"vocab", {{"a", 0}, {"?", 1}, {"<0xC3>", 2}, {"<0xA9>", 3}}},
                   {"merges", Json::array()},
                   {"unk_token", "?"},
                   {"byte_fallback", true}}},
                 {"decoder", {{"type", "ByteFallback"}}}};
    QCOMPARE(tokenizerOf(json)->encode("aéö", false), (Ids{0, 2, 3, 1}));
    QCOMPARE(tokenizerOf(json)->encode("a\xc3", false), (Ids{0, 2}));
    QCOMPARE(tokenizerOf(json)->decode({0, 2, 3}), std::string("aé"));
}

void TokenizerJsonTest::wordDecorations()
{
    // "lower" of the paper that brought BPE to words: the end of a word is part of its last letter.
    const Json json = {
        {"model",
         {{"type", "BPE"},
          {"vocab",
           {{"l", 0}, {"o", 1}, {"w", 2}, {"w</w>", 3}, {"lo", 4}, {"low</w>", 5}, {"low", 6}}},
          {"merges", {"l o", "lo w</w>", "lo w"}},
          {"end_of_word_suffix", "</w>"}}},
        {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
        {"decoder", {{"type", "BPEDecoder"}}}};
    QCOMPARE(tokenizerOf(json)->encode("low lowlow", false), (Ids{5, 6, 5}));
    QCOMPARE(tokenizerOf(json)->decode({5, 6, 5}), std::string("low lowlow"));
}

void TokenizerJsonTest::ignoresMerges()
{
    Json json = byteLevelJson({{"a", "b"}});
    json["model"]["vocab"]["abc"] = 300; // no merge leads there
    QCOMPARE(tokenizerOf(json)->encode("abc", false), (Ids{256, 'c'}));
    json["model"]["ignore_merges"] = true;
    QCOMPARE(tokenizerOf(json)->encode("abc", false), (Ids{300}));
}

void TokenizerJsonTest::mergesAsText()
{
    Json json = byteLevelJson({{"a", "b"}});
    json["model"]["merges"] = {"#version: 0.2", "a b"};
    QCOMPARE(tokenizerOf(json)->encode("ab", false), (Ids{256}));
}

void TokenizerJsonTest::refuses_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const Json& json, const char* part) {
        QTest::newRow(name) << QString::fromStdString(json.dump()) << QString(part);
    };
    row("array", Json::array(), "expected a JSON object");
    row("no model", {{"added_tokens", Json::array()}}, "'model' is missing");
    row("model is a number", {{"model", 3}}, "model: must be an object");
    row("unknown model", changed("/model/type", "RNN"), "'RNN' is not supported");
    row("no vocabulary", changed("/model/vocab", nullptr), "model: 'vocab' is missing");
    row("vocabulary is an array", changed("/model/vocab", {1}), "'vocab' must be an object");
    row("negative id", changed("/model/vocab/x", -1), "the id of 'x' is -1");
    row("huge id", changed("/model/vocab/x", uint64_t(1) << 63), "outside 0 to");
    row("far id", changed("/model/vocab/zz", 10'000'000), "the id 10000000 of 'zz' is outside");
    row("id with a fraction", changed("/model/vocab/x", 1.5), "must be an integer");
    row("shared id", changed("/model/vocab/zz", 7), "the id 7 belongs to both");
    row("merges missing", changed("/model/merges", nullptr), "'merges' is missing");
    row("merge of three", changed("/model/merges/0", "a b c"), "merge 0 is not a pair");
    row("merge of numbers", changed("/model/merges/0", {1, 2}), "merge 0 is not a pair");
    row("merge to nowhere", changed("/model/merges/0", "a c"), "merge 0 needs 'ac'");
    row("added id taken", changed("/added_tokens/0/id", 97), "the id 97 of '<s>' belongs to 'a'");
    row("added id twice", changed("/added_tokens/0/id", 258), "the id 258 appears twice");
    row("added id far", changed("/added_tokens/0/id", 1 << 30), "outside 0 to");
    row("added twice", changed("/added_tokens/0/content", "</s>"), "'</s>' appears twice");
    row("added empty", changed("/added_tokens/0/content", ""), "has 0 bytes");
    row("added huge", changed("/added_tokens/0/content", std::string(5000, 'x')), "has 5000 bytes");
    row("added special is text", changed("/added_tokens/0/special", "yes"), "'special' must be");
    row("pattern missing", changed("/pre_tokenizer", {{"type", "Split"}}), "'pattern' is missing");
    row("behavior", changed("/pre_tokenizer", {{"type", "Punctuation"}, {"behavior", "Eaten"}}),
        "'Eaten'");
    row("normalizer", changed("/normalizer", {{"type", "Rot13"}}), "normalizer 'Rot13'");
    row("decoder", changed("/decoder", {{"type", "Rot13"}}), "decoder 'Rot13'");
    row("post-processor", changed("/post_processor", {{"type", "Rot13"}}), "'Rot13'");
    row("template id",
        changed("/post_processor",
                {{"type", "BertProcessing"}, {"sep", {"x", 1}}, {"cls", {"y", 999}}}),
        "the id 999 is not in the vocabulary");
    row("template",
        changed("/post_processor", {{"type", "TemplateProcessing"}, {"single", Json::array()}}),
        "'single' must hold the text exactly once");
}

void TokenizerJsonTest::refuses()
{
    QFETCH(QString, json);
    QFETCH(QString, part);
    try {
        const TokenizerFolder folder(Json::parse(json.toStdString()));
        folder.open();
        QFAIL("was accepted");
    } catch (const Error& error) {
        const QString text = QString::fromUtf8(error.what());
        QVERIFY2(text.contains("tokenizer.json"), error.what());
        QVERIFY2(text.contains(part), error.what());
    }
}

void TokenizerJsonTest::invalidTextNamesByte()
{
    const Json json = {
        {"model", {{"type", "BPE"}, {"vocab", {{"a", 0}}}, {"merges", Json::array()}}}};
    PARETOSCOPE_EXPECT_ERROR(tokenizerOf(json)->encode("aa\xf0", false),
                             "its byte 2 is 0xF0, which has no token");
}

QTEST_GUILESS_MAIN(TokenizerJsonTest)
#include "tokenizer_json_test.moc"
