// Comma-separated values (RFC 4180): one row a run, plain numbers with full precision.
#include "core/base/text.h"
#include "core/report/cells.h"

namespace paretoscope::reports {

namespace {

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += '"';
        result += c;
    }
    return result + '"';
}

class Line {
public:
    void add(const std::string& text)
    {
        if (!first_) text_ += ',';
        first_ = false;
        text_ += quoted(text);
    }
    void add(const std::optional<double>& value) { add(value ? numberText(*value) : std::string()); }
    std::string end() const { return text_ + "\r\n"; }

private:
    std::string text_;
    bool first_ = true;
};

std::string write(const ReportInput& input)
{
    const std::vector<std::string> settings = settingColumns(input);
    const std::vector<std::string> metrics = metricColumns(input);
    Line header;
    for (const char* name : {"id", "experiment", "model", "recipe", "state"}) header.add(std::string(name));
    for (const std::string& name : settings) header.add(name);
    for (const std::string& name : metrics)
        for (const char* suffix : {"", "_stderr", "_low", "_high"}) header.add(name + suffix);
    for (const char* name : {"seed", "threads", "backend", "version", "model_fingerprint", "data_fingerprint", "error"})
        header.add(std::string(name));
    std::string text = header.end();
    for (const Run& run : input.runs) {
        Line line;
        line.add(std::to_string(run.id));
        for (const std::string& cell : {run.experiment, run.request.model, run.request.recipe, std::string(runStateName(run.state))})
            line.add(cell);
        for (const std::string& name : settings) line.add(settingText(run, name));
        for (const std::string& name : metrics) {
            const Measurement* m = run.measurement(name);
            line.add(m ? std::optional(m->value) : std::nullopt);
            line.add(m ? m->standardError : std::nullopt);
            line.add(m ? m->low : std::nullopt);
            line.add(m ? m->high : std::nullopt);
        }
        const Provenance& p = run.provenance;
        for (const std::string& cell : {std::to_string(run.request.seed), std::to_string(p.threads), p.backend, p.version,
                                        p.modelFingerprint, p.dataFingerprint, run.error})
            line.add(cell);
        text += line.end();
    }
    return text;
}

} // namespace

const Report& csv()
{
    static const Report row{"csv", "csv", "Comma-separated values, for spreadsheets and scripts", write};
    return row;
}

} // namespace paretoscope::reports
