# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
#
# Names for the scripts; the work is in Scripts/.

.PHONY: help run galene test smoke check bench fuzz docs features format screenshots

help:
	@echo 'make run       install what is missing, build for release, start a server with a demonstration group'
	@echo 'make galene    install what is missing, build the galene command for release'
	@echo 'make test      install what the tests need and run all of them (what CI runs)'
	@echo 'make smoke     build and test what needs no package from outside: the inner loop'
	@echo 'make check     format, architecture, warnings, features table, rules of the sources'
	@echo 'make bench     the benchmarks, as tables'
	@echo 'make fuzz      every fuzz entry for a minute of CPU (FUZZ_SECONDS=600, FUZZ_ONLY="STUN RTP")'
	@echo 'make docs      the API documentation, into .build-docs/'
	@echo 'make features  write docs/features.md anew'
	@echo 'make format    swift format over all our Swift'
	@echo 'make screenshots  pictures of every view of the page, into .build/screenshots'

run:
	@Scripts/run

galene:
	@Scripts/galene

test:
	@Scripts/test

smoke:
	@Scripts/smoke

check:
	@Scripts/check

bench:
	@Benchmarks/run

fuzz:
	@Scripts/fuzz

docs:
	@Scripts/docs

features:
	@Scripts/generate-features

format:
	@Scripts/swift-files | xargs -0 swift format -i

screenshots:
	@Scripts/screenshots
