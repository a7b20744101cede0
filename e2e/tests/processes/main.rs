//! Tests across real processes: nodes, custodians, Kubo and the `vouchsafe` command. They are one
//! program, so that it is linked once and networks run side by side.

// Tests start in the order of their names. The first one compiles a runtime, and the one in the browser
// takes longest, so they begin.
mod a_new_runtime;
mod attacks;
mod both_views;
mod browser;
mod custodians;
mod documents;
mod failures;
mod heartbeat;
mod interrupts;
mod kept_head;
mod labels;
mod one_hospital;
mod power_cuts;
mod refusals;
mod releases;
mod research;
mod research_rpc;
mod rpc;
mod rpc_load;
mod story;
mod submission;
mod suite;
mod uploads;
mod who_sees;
