#include "topfive/engine/inspect_model.h"

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/engine/network_diagram.h"
#include "topfive/engine/network_report.h"
#include "topfive/engine/weights_loading.h"

namespace topfive::engine {
namespace {

NamedTable table_of(const std::string& name, int image_size) {
  return {name, models::layer_table(config_of_model(name).model, image_size)};
}

std::string compare(const InspectModelRequest& request) {
  std::vector<NamedTable> networks;
  if (!request.model.empty()) networks.push_back(table_of(request.model, request.image_size));
  for (const std::string& name : request.compare) networks.push_back(table_of(name, request.image_size));
  return comparison_text(networks);
}

}  // namespace

std::string inspect_model(const InspectModelRequest& request) {
  if (!request.compare.empty()) return compare(request);
  if (request.model.empty()) return preset_list_text();
  const auto [name, table] = table_of(request.model, request.image_size);
  if (!request.diagram.empty()) base::write_file_atomically(request.diagram, network_diagram(name, table));
  return request.json ? network_json(name, table) : network_text(name, table);
}

}  // namespace topfive::engine
