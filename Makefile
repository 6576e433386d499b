# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is installed and written inside the checkout: .venv holds the tools, .build the rest.
COMMA := ,
BUILD := $(CURDIR)/.build
VENV := $(CURDIR)/.venv
COLLECTION := $(BUILD)/ansible_collections/bseries/sra
CHECK := $(VENV)/bin/python tests/tools/check.py
CHECKS := format ruff yamllint ansible-lint licences changelog mypy sanity docs-lint docs unit procedures smoke molecule

export PATH := $(VENV)/bin:$(PATH)
export ANSIBLE_ASYNC_DIR := $(BUILD)/ansible/async
export ANSIBLE_COLLECTIONS_PATH := $(BUILD)
export ANSIBLE_CONFIG := $(BUILD)/ansible.cfg
export ANSIBLE_HOME := $(BUILD)/ansible
export ANSIBLE_REMOTE_TMP := $(BUILD)/ansible/tmp
# Ansible does not start in a locale without UTF-8.
export LC_ALL := C.UTF-8
export HYPOTHESIS_STORAGE_DIRECTORY := $(BUILD)/hypothesis

.PHONY: help setup setup-run link demo test lint skins large torture pictures bench rehearsals fleet awx matrix importer release $(CHECKS) lock clean

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14
	@echo "One check:    make $(CHECKS)" | fold -s -w 100

setup: link ## Make .venv with everything that developing and testing needs
	@sh tests/tools/setup.sh dev

setup-run: link
	@sh tests/tools/setup.sh run

# ANSIBLE_CONFIG names an empty file so that settings of the user or the machine do not change results.
link:
	@mkdir -p $(dir $(COLLECTION)) $(ANSIBLE_HOME)
	@ln -sfn ../../.. $(COLLECTION)
	@test -f $(ANSIBLE_CONFIG) || echo "[defaults]" >$(ANSIBLE_CONFIG)

demo: setup-run ## Watch the upgrade of a simulated pair
	@PYTHONPATH=$(BUILD):$(CURDIR)/tests exec $(VENV)/bin/python tests/demo/demo.py $(ARGS)

test: setup ## Run every check; the last line counts the tests
	@exec $(CHECK)

lint: setup ## Run the checks that need no test: formatting, lint, licences, changelog, types
	@exec $(CHECK) format ruff yamllint ansible-lint licences changelog mypy

$(CHECKS): setup
	@exec $(CHECK) $@

skins: setup ## Run the procedures over all markups and twenty random ones
	@SRA_TEST_SKINS=all exec $(VENV)/bin/python -m pytest tests/integration/test_skins.py tests/integration/test_hands.py tests/integration/test_certificates.py tests/integration/test_application.py -q

large: setup ## Move packages and backups of 4 GB and print the peak memory (needs 20 GB of disk)
	@SRA_TEST_LARGE_MB=4096 exec $(VENV)/bin/python -m pytest tests/integration/test_large_files.py -q -s

fleet: setup ## Upgrade twenty pairs in four slices side by side, on disks that are wiped between the windows
	@SRA_TEST_FLEET=20 exec $(VENV)/bin/python -m pytest tests/integration/test_platform.py -q

awx: setup ## Set the stand-in of an AWX up twice and list what it then holds
	@PYTHONPATH=$(BUILD):$(CURDIR)/tests exec $(VENV)/bin/python -m awx.two_set_ups

matrix: setup ## Run unit tests and a procedure on each pair of Python and ansible-core
	@exec $(VENV)/bin/nox -s matrix

importer: setup ## Show the artifact to Galaxy's importer; a warning is a failure
	@exec $(VENV)/bin/nox -s importer

release: setup ## Build the artifact from what is committed, the same bytes each time
	@exec $(VENV)/bin/python tests/tools/release.py

rehearsals: setup ## Rehearse every way to move production
	@SRA_TEST_REHEARSALS=all exec $(VENV)/bin/python -m pytest tests/integration/test_rehearsal.py -q

pictures: setup ## Take the pictures of the documentation anew (needs Chromium)
	@PYTHONPATH=$(BUILD):$(CURDIR)/tests exec $(VENV)/bin/python tests/tools/pictures.py

bench: setup ## Measure the product beside a floor and a hand-written playbook (ARGS="swing upgrade", --rounds, --pairs)
	@exec $(VENV)/bin/python tests/benchmark/bench.py $(ARGS)

# POINTS and CELLS limit how many are tried; all of them take hours. RESUME=1 goes on from what is kept.
TORTURED := $(if $(JOBS),--jobs $(JOBS)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RESUME),--resume)
torture: setup ## Kill runs at every request, and put every fault everywhere: make torture POINTS=20 CELLS=20 SEED=1 JOBS=2
	@PYTHONPATH=$(BUILD):$(CURDIR)/tests exec $(VENV)/bin/python -m torture $(if $(POINTS),--points $(POINTS)) $(if $(CELLS),--cells $(CELLS)) $(if $(SEED),--seed $(SEED)) $(TORTURED) $(ARGS)
	@PYTHONPATH=$(BUILD):$(CURDIR)/tests exec $(VENV)/bin/python -m torture.check_mode $(if $(POINTS),--stages 0$(COMMA)-1) $(TORTURED)

lock: ## Renew the locks requirements/*.txt from requirements/*.in
	@sh tests/tools/lock.sh

clean: ## Remove everything that the other targets made
	@rm -rf .build .venv tests/output
