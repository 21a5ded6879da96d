// Tokenizers from SentencePiece data: a tokenizer.model, or the same tables in a GGUF file.
#pragma once

#include "core/model/tokenizers/pipeline_tokenizer.h"
#include "core/model/tokenizers/sentencepiece_file.h"
#include "core/model/tokenizers/tokenizer_settings.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

// The parts that a SentencePiece file decides: model, added tokens, normalizer, decoder, begin and
// end. `prefixAfterTokens` puts the dummy space behind every added token too. Throws
// Error(BadFile or Unsupported) naming `where`.
TokenizerParts sentencePieceParts(SentencePieceFile file, bool prefixAfterTokens,
                                  const std::string& where);

// Control and unknown pieces as special tokens, pieces of the user's as plain added ones.
std::vector<AddedToken> addedTokensOf(const std::vector<std::string>& pieces,
                                      const std::vector<PieceType>& types);

// Reads `path` with what the files beside it say.
std::shared_ptr<const PipelineTokenizer> openSentencePieceFile(const std::filesystem::path& path,
                                                               const TokenizerSettings& settings);

} // namespace paretoscope::tokenizers
