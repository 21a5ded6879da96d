#include "core/model/tokenizers/word_models.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

bool beginsCharacter(char byte)
{
    return (uint8_t(byte) & 0xc0) != 0x80;
}

} // namespace

class WordPieceEncoder : public WordEncoder {
public:
    explicit WordPieceEncoder(const WordPieceModel& model)
        : model_(model)
    {
    }

    void encode(std::string_view word, std::vector<int32_t>& ids) override
    {
        const size_t before = ids.size();
        const auto characters = size_t(std::count_if(word.begin(), word.end(), beginsCharacter));
        bool known = characters <= model_.settings_.maxWordCharacters;
        for (size_t begin = 0; known && begin < word.size();) {
            const size_t end = longestFrom(word, begin, ids);
            known = end > begin;
            begin = end;
        }
        if (known) return;
        ids.resize(before);
        if (model_.settings_.unknown) ids.push_back(*model_.settings_.unknown);
    }

private:
    // Appends the longest piece at `begin` and returns its end, or `begin` when there is none.
    size_t longestFrom(std::string_view word, size_t begin, std::vector<int32_t>& ids)
    {
        const std::string& prefix =
            begin == 0 ? model_.settings_.startPrefix : model_.settings_.continuingPrefix;
        const size_t longest = model_.vocabulary_.longestPieceBytes();
        const size_t room = longest - std::min(longest, prefix.size());
        spelled_ = prefix;
        spelled_ += word.substr(begin, room);
        size_t end = begin + spelled_.size() - prefix.size();
        while (end > begin) {
            if (end == word.size() || beginsCharacter(word[end])) {
                if (const auto id = model_.vocabulary_.find(spelled_)) {
                    ids.push_back(*id);
                    return end;
                }
            }
            spelled_.pop_back();
            --end;
        }
        return begin;
    }

    const WordPieceModel& model_;
    std::string spelled_;
};

std::unique_ptr<WordEncoder> WordPieceModel::encoder() const
{
    return std::make_unique<WordPieceEncoder>(*this);
}

class WordLevelEncoder : public WordEncoder {
public:
    explicit WordLevelEncoder(const WordLevelModel& model)
        : model_(model)
    {
    }

    void encode(std::string_view word, std::vector<int32_t>& ids) override
    {
        const auto id = model_.vocabulary_.find(word);
        if (id || model_.unknown_) ids.push_back(id ? *id : *model_.unknown_);
    }

private:
    const WordLevelModel& model_;
};

std::unique_ptr<WordEncoder> WordLevelModel::encoder() const
{
    return std::make_unique<WordLevelEncoder>(*this);
}

} // namespace paretoscope::tokenizers
