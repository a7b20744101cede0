//! Tests across real processes: nodes, custodians, Kubo and the `vouchsafe` command. They are one
//! program, so that it is linked once and networks run side by side.

// Tests start in the order of their names. The first one compiles a runtime, and the one in the browser
// takes longest, so they begin.
mod a_new_runtime;
mod attacks;
mod both_views;
mod browser;
mod care;
mod custodians;
mod doctor;
mod documents;
mod failures;
mod founding;
mod heartbeat;
mod interrupts;
mod joining;
mod kept_head;
mod labels;
mod members;
mod one_hospital;
mod power_cuts;
mod refusals;
mod releases;
mod research;
mod research_rpc;
mod restores;
mod rotations;
mod rpc;
mod rpc_load;
mod scrubbing;
mod story;
mod strangers;
mod submission;
mod suite;
mod tls;
mod uploads;
mod watching;
mod who_sees;
