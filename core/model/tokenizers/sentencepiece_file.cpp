#include "core/model/tokenizers/sentencepiece_file.h"

#include "core/base/error.h"
#include "core/model/tokenizers/protobuf_reader.h"

#include <cmath>

namespace paretoscope::tokenizers {

namespace {

PieceType pieceTypeOf(int32_t number, const std::string& where)
{
    if (number < 1 || number > 6)
        fail(ErrorCode::BadFile, "{}: a piece has the type {}", where, number);
    return PieceType(number);
}

void readPiece(std::string_view bytes, SentencePieceFile& file, const std::string& where)
{
    const std::string place = where + ": piece " + std::to_string(file.pieces.size());
    ProtobufReader reader(bytes, place);
    std::string text;
    float score = 0;
    PieceType type = PieceType::Normal;
    while (const auto field = reader.next()) {
        if (field->number == 1) text = reader.textOf(*field);
        if (field->number == 2) score = reader.floatOf(*field);
        if (field->number == 3) type = pieceTypeOf(reader.integerOf(*field), place);
    }
    if (!std::isfinite(score)) fail(ErrorCode::BadFile, "{} has no finite score", place);
    if (text.empty()) fail(ErrorCode::BadFile, "{} is empty", place);
    file.pieces.push_back(std::move(text));
    file.scores.push_back(score);
    file.types.push_back(type);
}

void readTrainer(std::string_view bytes, SentencePieceFile& file, const std::string& where)
{
    ProtobufReader reader(bytes, where + ": trainer_spec");
    while (const auto field = reader.next()) {
        switch (field->number) {
        case 3: {
            const int32_t number = reader.integerOf(*field);
            if (number < 1 || number > 4)
                fail(ErrorCode::BadFile, "{}: trainer_spec: the model type {} is unknown", where,
                     number);
            file.algorithm = SentencePieceFile::Algorithm(number);
            break;
        }
        case 24:
            file.spaceAsSuffix = reader.boolOf(*field);
            break;
        case 35:
            file.byteFallback = reader.boolOf(*field);
            break;
        case 41:
            file.begin = reader.integerOf(*field);
            break;
        case 42:
            file.end = reader.integerOf(*field);
            break;
        default:
            break;
        }
    }
}

void readNormalizer(std::string_view bytes, SentencePieceFile& file, const std::string& where)
{
    ProtobufReader reader(bytes, where + ": normalizer_spec");
    while (const auto field = reader.next()) {
        switch (field->number) {
        case 2:
            file.charsmap = reader.bytesOf(*field);
            break;
        case 3:
            file.addPrefix = reader.boolOf(*field);
            break;
        case 4:
            file.collapseSpaces = reader.boolOf(*field);
            break;
        case 5:
            file.markSpaces = reader.boolOf(*field);
            break;
        default:
            break;
        }
    }
}

// The trainer's numbers are hints; the types of the pieces decide.
void settleSpecials(SentencePieceFile& file, const std::string& where)
{
    const auto count = int32_t(file.pieces.size());
    for (int32_t* id : {&file.begin, &file.end})
        if (*id < 0 || *id >= count || file.types[size_t(*id)] != PieceType::Control) *id = -1;
    for (int32_t id = 0; id < count; ++id)
        if (file.types[size_t(id)] == PieceType::Unknown) file.unknown = id;
    if (file.unknown < 0) fail(ErrorCode::BadFile, "{}: there is no unknown piece", where);
}

} // namespace

SentencePieceFile parseSentencePieceFile(std::string_view bytes, const std::string& where)
{
    SentencePieceFile file;
    ProtobufReader reader(bytes, where);
    while (const auto field = reader.next()) {
        if (field->number == 1) readPiece(reader.bytesOf(*field), file, where);
        if (field->number == 2) readTrainer(reader.bytesOf(*field), file, where);
        if (field->number == 3) readNormalizer(reader.bytesOf(*field), file, where);
    }
    if (file.pieces.empty()) fail(ErrorCode::BadFile, "{}: holds no pieces", where);
    settleSpecials(file, where);
    return file;
}

} // namespace paretoscope::tokenizers
