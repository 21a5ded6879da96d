// The last steps of opening a model, the same for every format.
#pragma once

#include "core/model/model.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// Sets name and source, checks extents, and refuses NaN and infinite weights in models below
// 2 GiB (in larger ones reading every weight would take longer than people wait for a file to
// open). Error(BadFile) names `where`.
ModelPtr finishOpening(std::shared_ptr<Model> model, const std::filesystem::path& path,
                       const std::string& where);

// The tokenizer beside the weights. One that this program cannot use becomes a warning, as the
// model itself is usable; a damaged one is an Error(BadFile).
void attachTokenizer(const std::filesystem::path& folder, Model& model);
void attachTokenizer(const std::function<std::shared_ptr<const Tokenizer>()>& open, Model& model);

// "3 tensors of the file are not used: 'a', 'b', 'c'", leaving out masks, inverse frequencies and
// the like, which files carry and no program reads.
void warnAboutUnused(const std::vector<std::string>& names, Model& model);

} // namespace paretoscope
