// Chat templates: what Jinja 3 prints for them, worked out by its documented rules.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/data/world/world_tokenizer.h"
#include "core/model/chat/chat_prompt.h"
#include "core/model/chat/jinja_evaluator.h"
#include "tests/core/model/chat/chat_templates.h"
#include "tests/test_data.h"

using namespace paretoscope;

namespace {

const std::vector<ChatMessage> turns{{"user", "Hi there "}, {"assistant", "Hello!"}, {"user", "Bye"}};

std::string printed(const std::string& text, const std::map<std::string, jinja::Value>& variables = {})
{
    return jinja::render(jinja::parse(jinja::tokenize(text)), variables);
}

std::string chat(const char* text, const std::vector<ChatMessage>& messages, bool prompt = true)
{
    return renderChat(text, messages, prompt, "<s>", "</s>");
}

} // namespace

class ChatTemplateTest : public QObject {
    Q_OBJECT
private slots:
    void publishedShapes()
    {
        QCOMPARE(chat(test::chatMl, turns),
                 std::string("<|im_start|>user\nHi there <|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n"
                             "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n"));
        QCOMPARE(chat(test::llama3, {{"system", " Be kind. "}, {"user", "Hi "}}),
                 std::string("<s><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|>"
                             "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                             "<|start_header_id|>assistant<|end_header_id|>\n\n"));
        QCOMPARE(chat(test::mistral, turns), std::string("<s>[INST] Hi there  [/INST]Hello!</s>[INST] Bye [/INST]"));
        QCOMPARE(chat(test::gemma, turns, false),
                 std::string("<s><start_of_turn>user\nHi there<end_of_turn>\n<start_of_turn>model\nHello!<end_of_turn>\n"
                             "<start_of_turn>user\nBye<end_of_turn>\n"));
        QCOMPARE(chat(test::thinking, {{"user", "2+2?"}, {"assistant", "<think>hm</think>\n\n4"}, {"user", "sure?"}}),
                 std::string("<|user|>2+2?\n<|assistant|>4\n<|user|>sure?\n<|assistant|>"));
        PARETOSCOPE_EXPECT_ERROR(chat(test::mistral, {{"assistant", "first"}}), "must alternate");
        PARETOSCOPE_EXPECT_ERROR(chat(test::gemma, {{"system", "x"}, {"user", "y"}}), "System role not supported");
    }

    void prints_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* source, const char* expected) { QTest::newRow(source) << source << expected; };
        // Expressions
        row("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 3 }}", "7 9 3 -4 2 3.5 8");
        row("{{ 'a' ~ 1 ~ none ~ true }}", "a1NoneTrue");
        row("{{ 'x' * 3 }} {{ [1, 2] + [3] }} {{ {'k': 'v'} }}", "xxx [1, 2, 3] {'k': 'v'}");
        row("{{ 'yes' if 1 < 2 and not false else 'no' }} {{ '' if false }}", "yes ");
        row("{{ 'b' in 'abc' }} {{ 2 not in [1, 3] }} {{ 'k' in {'k': 1} }}", "True True True");
        row("{{ (1, 2)[1] }} {{ 'abc'[-1] }} {{ [1, 2, 3, 4][1:-1] }} {{ 'abcd'[::-1] }} {{ [1,2,3,4][::2] }}", "2 c [2, 3] dcba [1, 3]");
        row("{{ missing }}{{ missing is defined }}{{ missing is not defined }}", "FalseTrue");
        row("{{ not 1 == 2 }} {{ 1 == 1.0 }} {{ 'a' != 'b' }}", "True True True");
        row("{{ a or 'b' }} {{ 'x' and 'y' }}", "b y");
        // Filters
        row("{{ ' x ' | trim }}|{{ 'aB' | upper }}{{ 'aB' | lower }}{{ 'a b' | title }}{{ 'hELLO' | capitalize }}", "x|ABabA BHello");
        row("{{ [1, 2] | length }} {{ [3, 1, 2] | sort | join(', ') }} {{ [1, 2] | first }} {{ [1, 2] | last }}", "2 1, 2, 3 1 2");
        row("{{ missing | default('d') }} {{ '' | default('d', true) }} {{ '5' | int + 1 }} {{ 3 | string + '!' }}", "d d 6 3!");
        row("{{ {'a': [1, 'x\"y', none, true]} | tojson }}", "{\"a\": [1, \"x\\\"y\", null, true]}");
        row("{{ {'a': [1]} | tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ]\n}");
        row("{{ 'a-b' | replace('-', '+') }} {{ 'ab' | list }} {{ [1, 1, 2] | unique | list }}", "a+b ['a', 'b'] [1, 2]");
        row("{{ [{'r': 'u'}, {'r': 's'}] | selectattr('r', 'equalto', 'u') | list | length }}", "1");
        row("{{ [{'r': 'u'}, {'r': 's'}] | map(attribute='r') | join }} {{ ['a'] | map('upper') | first }}", "us A");
        row("{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}", "a2b1");
        row("{{ 'a\nb' | indent(2) }}", "a\n  b");
        // Tests and methods
        row("{{ 'a' is string }}{{ 1 is number }}{{ {} is mapping }}{{ 4 is even }}{{ 6 is divisibleby 3 }}{{ none is none }}", "TrueTrueTrueTrueTrueTrue");
        row("{{ ' a,b '.strip().split(',') }} {{ 'xax'.strip('x') }} {{ 'abc'.startswith('ab') }} {{ 'a b  c'.split() }}", "['a', 'b'] a True ['a', 'b', 'c']");
        row("{{ {'k': 1}.get('k') }} {{ {'k': 1}.get('z', 5) }} {% for k, v in {'x': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "1 5 x=1");
        row("{{ 'a.b.c'.split('.', 1) }} {{ 'abab'.replace('ab', 'x', 1) }} {{ ', '.join(['a', 'b']) }}", "['a', 'b.c'] xab a, b");
        // Statements
        row("{% for i in range(3) %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}", "1,2,3");
        row("{% for i in [1, 2, 3, 4] if i % 2 == 0 %}{{ i }}{% else %}none{% endfor %}{% for i in [] %}{% else %}none{% endfor %}", "24none");
        row("{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "013");
        row("{% for x in 'ab' %}{{ loop.previtem }}{{ x }}{{ loop.nextitem }};{% endfor %}", "ab;ab;");
        row("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "1");
        row("{% set ns = namespace(x=1) %}{% for i in [1] %}{% set ns.x = 2 %}{% endfor %}{{ ns.x }}", "2");
        row("{% set a, b = [1, 2] %}{{ b }}{{ a }}{% set t %}in{{ a }}{% endset %}{{ t }}", "21in1");
        row("{% macro m(a, b='!') %}<{{ a }}{{ b }}>{% endmacro %}{{ m(1) }}{{ m(2, b='?') }}", "<1!><2?>");
        row("{% if false %}a{% elif 1 %}b{% else %}c{% endif %}{% generation %}g{% endgeneration %}", "bg");
        row("{# comment #}a{#- x -#} b", "ab");
        // Whitespace: the break after a block goes, and spaces before one that begins its line.
        row("a\n  {% if true %}\nb\n  {% endif %}\nc", "a\nb\nc");
        row("a  {%- if true -%}  b  {%- endif %} c", "ab c");
        row("x {{- ' y' -}} z", "x yz");
        row("  {{ 'kept' }}\n", "  kept"); // one break at the end goes
        row("{{ 'it''s' }} {{ \"a\\tb\" }}", "its a\tb");
    }

    void prints()
    {
        QFETCH(QString, source);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(printed(source.toStdString())), expected);
    }

    void mistakesAreNamedWithTheirLine_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* source, const char* message) { QTest::newRow(source) << source << message; };
        row("a\n{% if x %}", "line 2: 'endif' is missing");
        row("{{ 1 + }}", "line 1");
        row("{{ 'x }}", "line 1: a text is not closed");
        row("\n\n{{ x.y.z }}", "line 3: 'x' is not defined");
        row("{{ [] | nofilter }}", "filter 'nofilter' is not supported");
        row("{% include 'x' %}", "'include' is not supported");
        row("{{ 1 / 0 }}", "division by zero");
        row("{{ 'a' < 1 }}", "'<' does not work");
        row("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "does not come to an end");
        row("{{ range(10000000) }}", "too long");
        row("{% set x = 'aaaaaaaaaaaaaaaa' %}{{ x * 100000000 }}", "too long");
        row("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "too deeply");
        row("{% endfor %}", "'endfor' closes nothing");
        row("{{ raise_exception('no') }}", "refuses: no");
    }

    void mistakesAreNamedWithTheirLine()
    {
        QFETCH(QString, source);
        QFETCH(QString, message);
        try {
            printed(source.toStdString());
            QFAIL("it was printed");
        } catch (const Error& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(message), error.what());
        }
    }

    void deepNestingIsRefused()
    {
        std::string brackets = "{{ ", blocks;
        for (int i = 0; i < 5000; ++i) brackets += "(", blocks += "{% if true %}";
        PARETOSCOPE_EXPECT_ERROR(printed(brackets + "1 }}"), "nests too deeply");
        PARETOSCOPE_EXPECT_ERROR(printed(blocks), "nests too deeply");
        std::string signs = "{{ ";
        for (int i = 0; i < 5000; ++i) signs += "-";
        PARETOSCOPE_EXPECT_ERROR(printed(signs + "1 }}"), "nests too deeply");
    }

    // Cut and changed templates end in a text or an Error, nothing else.
    void damagedTemplatesDoNoHarm()
    {
        Random random(7);
        for (const char* source : {test::chatMl, test::llama3, test::mistral, test::gemma, test::thinking}) {
            const std::string whole = source;
            for (int round = 0; round < 150; ++round) {
                std::string text = whole.substr(0, 1 + size_t(random.below(whole.size())));
                for (int change = 0; change < round % 4; ++change)
                    text[size_t(random.below(text.size()))] = "{}%#-|'\"()[].,:=+~ nif"[random.below(22)];
                try {
                    QVERIFY(chat(text.c_str(), turns).size() < (size_t{1} << 25));
                } catch (const Error& error) {
                    QVERIFY(QByteArray(error.what()).contains("template"));
                }
            }
        }
    }

    // A begin token is written once, whoever writes it; answers end where the folder says.
    void tokenizerAndTemplateShareTheBeginToken()
    {
        const ScratchFolder folder;
        Json config = worldTokenizerConfig(64);
        config["chat_template"] = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}";
        writeFileAtomically(folder.path() / "tokenizer.json", worldTokenizerJson().dump());
        writeFileAtomically(folder.path() / "tokenizer_config.json", config.dump());
        const auto tokenizer = openTokenizer(folder.path());
        const std::vector<ChatMessage> message{{"user", "Ada"}};
        const std::vector<int32_t> tokens = tokenizer->encode(chatPrompt(*tokenizer, message), true);
        QCOMPARE(tokens.size(), size_t(2));
        QCOMPARE(tokens[0], tokenizer->beginToken().value());
        QVERIFY(chatEndTokens(folder.path(), *tokenizer).empty());
        writeFileAtomically(folder.path() / "generation_config.json", R"({"eos_token_id": [1, 5, 99999]})");
        QCOMPARE(chatEndTokens(folder.path(), *tokenizer), (std::vector<int32_t>{1, 5}));
        writeFileAtomically(folder.path() / "tokenizer_config.json", worldTokenizerConfig(64).dump());
        const auto plain = openTokenizer(folder.path());
        PARETOSCOPE_EXPECT_ERROR(chatPrompt(*plain, message), "no chat template");
    }
};

QTEST_GUILESS_MAIN(ChatTemplateTest)
#include "chat_template_test.moc"
