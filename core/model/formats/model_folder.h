// The project's own folder: what the manifest of a written model says.
//
//   paretoscope.json     format, version, config (toJson), parts, provenance
//   weights.safetensors  every tensor under its canonical name (model_parts.h)
//   vision.safetensors   the tensors of a vision tower, described by "vision"; only where there is one
//   tokenizer files      copied as they were; source_config.json is the original config.json
//
// "parts" has one entry a linear map, {"kind", "attributes", "tensors": [local names]}, under
// "linears", and one a norm, {"kind", "epsilon"}, under "norms". A map's tensors are named
// "<map>.<local name>", its bias "<map>.bias"; a norm's are "<norm>.weight" and "<norm>.bias".
#pragma once

#include "core/base/json_forward.h"
#include "core/model/formats/safetensors.h"
#include "core/model/formats/safetensors_writer.h"
#include "core/model/model.h"

#include <filesystem>
#include <string>

namespace paretoscope {

constexpr const char* manifestFileName = "paretoscope.json";
constexpr const char* weightsFileName = "weights.safetensors";
constexpr const char* visionFileName = "vision.safetensors";
constexpr int modelFolderVersion = 1;

// Adds every tensor of the model and returns "parts".
Json collectParts(const Model& model, SafetensorsWriter& writer);

// Fills the parts of `model`, whose config is set. Every tensor of the file and every entry of
// `parts` must have its place. Error(BadFile or Unsupported) naming `where`.
void readParts(const Json& parts, const SafetensorsFile& weights, const std::string& where,
               Model& model);

// One map by itself: adds its tensors under "<name>.<local name>" and returns its entry of "linears".
Json collectMap(const std::string& name, const LinearWeight& map, SafetensorsWriter& writer);
// The map of such an entry. `what` names it in errors. Error(BadFile or Unsupported).
LinearWeightPtr readMap(const Json& entry, const SafetensorsFile& weights, const std::string& name, const std::string& what);

// The same for a vision tower, with everything about it: "vision".
Json collectVision(const VisionTower& tower, SafetensorsWriter& writer);
std::shared_ptr<const VisionTower> readVision(const Json& vision, const SafetensorsFile& weights, const std::string& where);

// The tokenizer's files alone.
void copyTokenizerFiles(const std::filesystem::path& from, const std::filesystem::path& to);

// Tokenizer files and the original configuration, from the folder where a model was opened.
void copyCompanionFiles(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace paretoscope
