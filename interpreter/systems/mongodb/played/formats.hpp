#pragma once
// The formats of files for these models: of server selection and its statistics, of round trips, and of the lists of tests of connection
// strings, credentials and concerns. Each test of a list is a scenario.
#include "interpreter/check/spec_format.hpp"

namespace failc::played {

using Scenarios = std::optional<std::vector<check::SpecPlay>>;

bool has_selection_shape(const spec::Ref& root);
Scenarios read_selection_format(const spec::Ref& root, diag::Sink& sink);
bool has_window_shape(const spec::Ref& root);
Scenarios read_window_format(const spec::Ref& root, diag::Sink& sink);
/// Warns of servers that are selected, avoided or chosen, and that the topology does not have.
void lint_topology(const spec::Ref& root, diag::Sink& sink);
bool has_round_trip_shape(const spec::Ref& root);
Scenarios read_round_trip_format(const spec::Ref& root, diag::Sink& sink);

bool has_credential_shape(const spec::Ref& root);
Scenarios read_credential_format(const spec::Ref& root, diag::Sink& sink);
bool has_concern_string_shape(const spec::Ref& root);
Scenarios read_concern_string_format(const spec::Ref& root, diag::Sink& sink);
bool has_concern_document_shape(const spec::Ref& root);
Scenarios read_concern_document_format(const spec::Ref& root, diag::Sink& sink);
bool has_connection_string_shape(const spec::Ref& root);
Scenarios read_connection_string_format(const spec::Ref& root, diag::Sink& sink);

}  // namespace failc::played
