// Tokenizers from GGUF tables: llama.cpp's ids, the named pre-tokenizers, bad tables.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/tokenizers/gguf_pre_tokenizers.h"
#include "core/model/tokenizers/gguf_tokenizer.h"
#include "tests/core/model/tokenizers/gguf_strings.h"
#include "tests/core/model/tokenizers/tokenizer_fixture.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::test;
using tokenizers::GgufVocabulary;

namespace {

std::filesystem::path ggufFolder()
{
    return goldenFolder() / "gguf";
}

// How a named pre-tokenizer cuts ASCII text; spaces are spelled 'Ġ', newlines 'Ċ'.
QString cut(const std::string& name, const std::string& text)
{
    tokenizers::EncodeContext context;
    context.maxBytes = tokenizers::EncodeContext::limitFor(text.size());
    tokenizers::Pieces pieces{text, {{0, text.size(), true}}};
    const auto& named = tokenizers::ggufPreTokenizer(name, "a.gguf");
    tokenizers::makePreTokenizer(named)->apply(pieces, context);
    std::string words;
    for (const tokenizers::Piece& piece : pieces.list)
        words += (words.empty() ? "" : " ") + std::string(pieces[piece]);
    return QString::fromStdString(words);
}

GgufVocabulary byteLevel()
{
    GgufVocabulary from;
    from.source = "a.gguf";
    from.model = "gpt2";
    from.preTokenizer = "gpt-2";
    for (int byte = 0; byte < 256; ++byte)
        from.tokens.emplace_back(tokenizers::byteSpelling(uint8_t(byte)));
    from.tokens.insert(from.tokens.end(), {"ab", "<|end|>", "Ġab"});
    from.tokenTypes.assign(from.tokens.size(), 1);
    from.tokenTypes[257] = 3;
    from.merges = {"a b", "Ġ ab"};
    from.begin = from.end = 257;
    return from;
}

} // namespace

class GgufTokenizerTest : public QObject {
    Q_OBJECT

private slots:
    void sameIdsAsLlamaCpp();
    void llamaSpecialTokens();
    void byteLevelTables();
    void wordPieceTables();
    void unigramTables();
    void namedPreTokenizers();
    void everyNameCompiles();
    void duplicateAndEmptyTokens();
    void refuses();
};

void GgufTokenizerTest::sameIdsAsLlamaCpp()
{
    const auto file = ggufFolder() / "llama_gqa-f32.gguf";
    PARETOSCOPE_REQUIRE(file);
    const auto tokenizer = tokenizers::makeGgufTokenizer(GgufStrings(file).read());
    QCOMPARE(tokenizer->kind(), std::string("SentencePiece BPE"));
    const Json golden = readJsonFile(ggufFolder() / "llama_gqa_tokenize.json");
    QVERIFY(golden.size() > 3);
    for (const Json& entry : golden) {
        const Ids ids = entry.at("ids").get<Ids>();
        QCOMPARE(tokenizer->encode(entry.at("text").get<std::string>(), false), ids);
        QCOMPARE(tokenizer->decode(ids), entry.at("detok").get<std::string>());
    }
}

void GgufTokenizerTest::llamaSpecialTokens()
{
    const auto file = ggufFolder() / "llama_gqa-f32.gguf";
    PARETOSCOPE_REQUIRE(file);
    const auto tokenizer = tokenizers::makeGgufTokenizer(GgufStrings(file).read());
    QCOMPARE(tokenizer->beginToken(), std::optional<int32_t>(1));
    QCOMPARE(tokenizer->endToken(), std::optional<int32_t>(2));
    QCOMPARE(tokenizer->encode("and", true), (Ids{1, 306}));
    QCOMPARE(tokenizer->encode("</s>and", false), (Ids{2, 306}));
    const std::string bytes = "\xff\x00 caf\xc3";
    QCOMPARE(tokenizer->decode(tokenizer->encode("a" + bytes, false)), "a" + bytes);
}

void GgufTokenizerTest::byteLevelTables()
{
    const auto tokenizer = tokenizers::makeGgufTokenizer(byteLevel());
    QCOMPARE(tokenizer->kind(), std::string("byte-level BPE"));
    QCOMPARE(tokenizer->encode("ab ab<|end|>\xff", true), (Ids{256, 258, 257, 0xff}));
    QCOMPARE(tokenizer->decode({256, 258, 0xc3, 0xa9}), std::string("ab abé"));
    GgufVocabulary begins = byteLevel();
    begins.preTokenizer = "llama-bpe"; // begins with a token where the file does not say
    QCOMPARE(tokenizers::makeGgufTokenizer(begins)->encode("ab", true), (Ids{257, 256}));
    begins.addBegin = false;
    QCOMPARE(tokenizers::makeGgufTokenizer(begins)->encode("ab", true), (Ids{256}));
}

void GgufTokenizerTest::wordPieceTables()
{
    GgufVocabulary from;
    from.source = "a.gguf";
    from.model = "bert";
    from.tokens = {"[UNK]", "[CLS]", "[SEP]", "▁un", "want", "ed", "▁runn", "ing", "▁,"};
    from.tokenTypes = {3, 3, 3, 1, 1, 1, 1, 1, 1};
    from.unknown = 0;
    from.begin = 1;
    from.separator = 2;
    const auto tokenizer = tokenizers::makeGgufTokenizer(from);
    QCOMPARE(tokenizer->encode("UNwantéd,running", true), (Ids{1, 3, 4, 5, 8, 6, 7, 2}));
    QCOMPARE(tokenizer->encode("unwantedX running", false), (Ids{0, 6, 7}));
    QCOMPARE(tokenizer->decode({3, 4, 5, 6, 7}), std::string("unwanted running"));
}

void GgufTokenizerTest::unigramTables()
{
    GgufVocabulary from;
    from.source = "a.gguf";
    from.model = "t5";
    from.tokens = {"<pad>", "</s>", "<unk>", "▁", "a", "b", "▁ab"};
    from.scores = {0, 0, 0, -1, -2, -3, -5.5f};
    from.tokenTypes = {3, 3, 2, 1, 1, 1, 1};
    from.end = 1;
    const auto tokenizer = tokenizers::makeGgufTokenizer(from);
    QCOMPARE(tokenizer->encode("ab  aéb ", true), (Ids{6, 3, 4, 2, 5, 1}));
}

void GgufTokenizerTest::namedPreTokenizers()
{
    const std::string text = "I'LL pay 12345 $$\n\n  don't";
    QCOMPARE(cut("gpt-2", text), QString("I ' LL Ġpay Ġ12345 Ġ$$ ĊĊĠ Ġdon 't"));
    QCOMPARE(cut("llama-bpe", text), QString("I 'LL Ġpay Ġ 123 45 Ġ$$ĊĊ Ġ Ġdon 't"));
    QCOMPARE(cut("qwen2", text), QString("I 'LL Ġpay Ġ 1 2 3 4 5 Ġ$$ĊĊ Ġ Ġdon 't"));
    QCOMPARE(cut("starcoder", "a 12"), QString("a Ġ 1 2"));
    QCOMPARE(cut("falcon", "x==1234!"), QString("x == 123 4 !"));
    QCOMPARE(cut("deepseek-llm", "if (x)\n 12"), QString("if Ġ( x ) Ċ Ġ 1 2"));
    QCOMPARE(cut("deepseek-v3", "a.b 1234"), QString("a .b Ġ 123 4"));
    QCOMPARE(cut("tekken", "HelloWORLD a/\n"), QString("Hello WORLD Ġa /Ċ"));
    QCOMPARE(cut("gpt-4o", "don't 1234"), QString("don't Ġ 123 4"));
    QCOMPARE(cut("bloom", "Hi, you (x"), QString("Hi , Ġyou Ġ( x"));
    QCOMPARE(cut("superbpe", "1234567"), QString("1 234 567"));
    QCOMPARE(cut("gemma4", "a b\n\nc"), QString("a b \n\n c"));
    // Han letters are words of their own for Kimi, and no part of others.
    QCOMPARE(cut("kimi-k2", "ab中文cd"), QString("ab ä¸Ńæĸĩ cd"));
}

void GgufTokenizerTest::everyNameCompiles()
{
    for (const char* name : {"",
                             "default",
                             "mpt",
                             "olmo",
                             "jais",
                             "refact",
                             "command-r",
                             "smollm",
                             "stablelm2",
                             "dbrx",
                             "smaug-bpe",
                             "poro-chat",
                             "chatglm-bpe",
                             "viking",
                             "codeshell",
                             "gpt3-finnish",
                             "exaone",
                             "chameleon",
                             "minerva-7b",
                             "megrez",
                             "llama4",
                             "deepseek-coder",
                             "bailingmoe",
                             "seed-coder",
                             "hunyuan",
                             "grok-2",
                             "jais-2",
                             "minicpm5",
                             "qwen35",
                             "tiny_aya",
                             "laguna"})
        QVERIFY(!cut(name, "some Text, 1234").isEmpty());
    PARETOSCOPE_EXPECT_ERROR(cut("qwen-2", "a"), "did you mean 'qwen2'");
}

void GgufTokenizerTest::duplicateAndEmptyTokens()
{
    GgufVocabulary from = byteLevel();
    from.tokens.insert(from.tokens.end(), {"", "<|end|>", ""});
    from.tokenTypes.insert(from.tokenTypes.end(), {1, 3, 1});
    const auto tokenizer = tokenizers::makeGgufTokenizer(from);
    QCOMPARE(tokenizer->vocabularySize(), int64_t(262));
    QCOMPARE(tokenizer->piece(259), std::string());
    QCOMPARE(tokenizer->decode({259, 'a'}), std::string("a"));
    QCOMPARE(tokenizer->encode("<|end|>", false).size(), size_t(1));
}

void GgufTokenizerTest::refuses()
{
    const auto make = [](auto&& change) {
        GgufVocabulary from = byteLevel();
        change(from);
        tokenizers::makeGgufTokenizer(from);
    };
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.tokens.clear(); }), "tokens' is empty");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.tokenTypes.pop_back(); }), "258 entries");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.tokenTypes[3] = 77; }), "token 3 is 77");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.tokens[9] = "\xff"; }), "9 is not UTF-8");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.merges = {"ab"}; }),
                             "merge 0 is not a pair");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.merges = {"a c"}; }), "needs 'ac'");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.model = "rwkv"; }), "'rwkv'");
    PARETOSCOPE_EXPECT_ERROR(make([](auto& from) { from.scores.assign(259, NAN); }), "finite");
    GgufVocabulary absent = byteLevel();
    absent.begin = absent.end = 1 << 20;
    QVERIFY(!tokenizers::makeGgufTokenizer(absent)->beginToken());
}

QTEST_GUILESS_MAIN(GgufTokenizerTest)
#include "gguf_tokenizer_test.moc"
