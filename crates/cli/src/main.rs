//! The `chipwright` binary: a list of members goes in, verified cards come out.
//!
//! This crate is the edge: arguments, output, exit codes, wiring. What the program can do is in the libraries.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod armed_fault;
mod authority;
mod bench;
mod certify;
mod commands;
mod configuration;
mod context;
mod cost;
mod custodians;
mod deliveries;
mod emulator_feeder;
mod emulator_reader;
mod evidence;
mod exit;
mod failure;
mod generations;
mod home;
mod keyring;
mod letters;
mod one_card;
mod output;
mod pcsc_feeder;
mod pin_desk;
mod randomness;
mod readers;
mod recording;
mod registrars;
mod registry;
mod second;
mod secret;
mod serve;
mod shell;
mod station_keys;
mod status_lists;
mod stop;
mod terminals;
mod text;
mod unlock;
mod vietnamese;
mod weak_pin;
mod words;

use arguments::Command;
use context::Context;
use output::Output;
use recording::Unrecorded;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match vietnamese::command_line::of_process() {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    let language = arguments.lang.map_or_else(text::of_environment, Into::into);
    let context = Context {
        out: Output { language },
        home: home::named(arguments.home),
        unrecorded: Unrecorded::default(),
    };
    let outcome = match arguments.command {
        Command::Init(init) => init.run(&context),
        Command::Ca(ca) => ca.run(&context),
        Command::Emulator(emulator) => emulator.run(&context),
        Command::Registrar(registrar) => registrar.run(&context),
        Command::Batch(batch) => batch.run(&context),
        Command::Issue(issue) => issue.run(&context),
        Command::Plan(plan) => plan.run(&context),
        Command::Doctor(doctor) => doctor.run(&context),
        Command::Verify(verify) => verify.run(&context),
        Command::Read(read) => read.run(&context),
        Command::Card(card) => card.run(&context),
        Command::Readers(readers) => readers.run(&context),
        Command::Trace(trace) => trace.run(&context),
        Command::Delivery(delivery) => delivery.run(&context),
        Command::Ceremony(ceremony) => ceremony.run(&context),
        Command::Pin(pin) => pin.run(&context),
        Command::Keys(keys) => keys.run(&context),
        Command::List(list) => list.run(&context),
        Command::Status(status) => status.run(&context),
        Command::Revoke(revoke) => revoke.run(&context),
        Command::Terminal(terminal) => terminal.run(&context),
        Command::Record(record) => record.run(&context),
        Command::Trust(trust) => trust.run(&context),
        Command::Apdu(apdu) => apdu.run(&context),
        Command::Bench(bench) => bench.run(&context),
        Command::Conformance(conformance) => conformance.run(&context),
        Command::Completions(completions) => completions.run(),
        Command::Schema(schema) => schema.run(&context),
    };
    match context.unrecorded.failure().map_or(outcome, Err) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            for line in failure.lines(language) {
                context.out.say(&line);
            }
            failure.exit().into()
        }
    }
}
