# /// script
# requires-python = ">=3.10"
# dependencies = [
#   "datasets==5.2.0",
#   "torch==2.15.0",
#   "transformers==5.23.0",
#   "trl==1.16.0",
# ]
# ///
"""Reads what `knowhow datasets export` wrote with those it was written for: Hugging Face datasets, and the trainers of TRL.

    check_exports.py tokenizer EXPORTS FOLDER   trains a small tokenizer on the exports, with a chat template
    check_exports.py check EXPORTS FOLDER       loads every export and trains a tiny model two steps on it

Nothing is fetched: the model is made from a config. Exit code 1 where anything is not as it should be. `npm run check:exports` calls it.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")
SCRATCH = tempfile.TemporaryDirectory(prefix="knowhow-check-exports-")
os.environ["HF_HOME"] = SCRATCH.name

CHAT_TEMPLATE = """{% for message in messages %}<|im_start|>{{ message['role'] }}
{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] }}<|im_end|>{% endgeneration %}{% else %}{{ message['content'] }}<|im_end|>{% endif %}
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
NO_LOSS = -100
METADATA = {"source", "action_pair_id", "workflow_id", "retry_count", "item_id"}
failures = 0


def say(ok, what):
    global failures
    failures += not ok
    print(f"{'ok  ' if ok else 'FAIL'}  {what}", flush=True)


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def make_tokenizer(exports, folder):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    bpe.train_from_iterator((text for path in sorted(exports.glob("*.jsonl")) for text in texts(read(path))), trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)


class Check:
    def __init__(self, exports, folder):
        from transformers import AutoTokenizer

        self.exports = exports
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def load(self, name):
        """By datasets, and by itself: both must say the same."""
        from datasets import load_dataset

        path = self.exports / f"{name}.jsonl"
        found = load_dataset("json", data_files=str(path), split="train")
        rows = read(path)
        say(found.to_list() == rows, f"{name}: {len(rows)} rows, by datasets as they stand in the file")
        return found, rows

    def model(self):
        """Trainers that compare with the model as it was load it a second time: so it lies in a folder."""
        from transformers import LlamaConfig, LlamaForCausalLM, set_seed

        folder = f"{SCRATCH.name}/model"
        if not Path(folder).exists():
            set_seed(1)
            size = dict(hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2)
            marks = dict(pad_token_id=self.tokenizer.pad_token_id, eos_token_id=self.tokenizer.eos_token_id)
            LlamaForCausalLM(LlamaConfig(vocab_size=len(self.tokenizer), **marks, **size)).save_pretrained(folder)
        return folder

    def settings(self, config, **more):
        return config(
            output_dir=SCRATCH.name, max_steps=2, per_device_train_batch_size=4, max_length=None, bf16=False, use_cpu=True,
            report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True, gradient_checkpointing=False, **more,
        )

    def train(self, name, kind, rows, **more):
        import trl

        arguments = self.settings(getattr(trl, f"{kind}Config"), **more)
        trainer = getattr(trl, f"{kind}Trainer")(model=self.model(), args=arguments, train_dataset=rows, processing_class=self.tokenizer)
        loss = trainer.train().training_loss
        say(loss == loss and 0 < loss < 100, f"{name}: two steps of {kind}Trainer, loss {loss:.3f}")
        return trainer

    def learned(self, trainer):
        """What the loss falls on in each row, as text, runs of it apart; and whether anything before the first has a loss."""
        for row in trainer.train_dataset:
            batch = trainer.data_collator([row])
            runs, open_run = [], False
            for label in batch["labels"][0].tolist():
                if label == NO_LOSS:
                    open_run = False
                    continue
                if not open_run:
                    runs.append([])
                runs[-1].append(label)
                open_run = True
            yield [self.tokenizer.decode(run) for run in runs]

    def sft(self, name, rows, answers, **more):
        trainer = self.train(name, "SFT", rows, **more)
        end = self.tokenizer.eos_token
        # A template may have a line end behind the last mark, which is learned with it.
        learned = [[run.removesuffix("\n").removesuffix(end) for run in runs] for runs in self.learned(trainer)]
        # A line end that begins an answer becomes one token with the one that ends the prompt; TRL says so and learns both.
        blank = lambda runs: [run.lstrip("\n") if want.startswith("\n") else run for run, want in runs]  # noqa: E731
        wrong = [
            i for i, (got, want) in enumerate(zip(learned, answers, strict=True))
            if len(got) != len(want) or blank(zip(got, want, strict=True)) != blank(zip(want, want, strict=True))
        ]
        say(not wrong, f"{name}: the loss falls on {sum(map(len, answers))} answers, whole, and on nothing else{f' (not in rows {wrong[:5]})' if wrong else ''}")


def of_role(messages, role):
    return [message["content"] for message in messages if message["role"] == role]


def check_openai_chat(name, rows):
    """What OpenAI's cookbook and API description ask of a line."""
    wrong = [
        i for i, row in enumerate(rows)
        if set(row) != {"messages"}
        or any(set(m) - {"role", "content", "weight"} or not m["content"] for m in row["messages"])
        or any("weight" in m and (m["role"] != "assistant" or m["weight"] not in (0, 1)) for m in row["messages"])
        or row["messages"][-1]["role"] != "assistant"
        or row["messages"][-1].get("weight", 1) != 1
    ]
    say(not wrong, f"{name}: {len(rows)} rows as OpenAI describes them, {sum(m.get('weight') == 0 for r in rows for m in r['messages'])} turns with weight 0")


def check(exports, folder):
    it = Check(exports, folder)

    found, rows = it.load("chat")
    it.sft("chat", found, [of_role(row["messages"], "assistant") for row in rows], assistant_only_loss=True)

    check_openai_chat("chat-openai", read(exports / "chat-openai.jsonl"))
    say(len(read(exports / "chat-openai.jsonl")) == len(read(exports / "chat-openai.metadata.jsonl")), "chat-openai: as many lines of metadata beside it")

    found, rows = it.load("prompt-completion")
    it.sft("prompt-completion", found, [of_role(row["completion"], "assistant") for row in rows])
    found, rows = it.load("prompt-completion-text")
    it.sft("prompt-completion-text", found, [[row["completion"]] for row in rows])

    found, rows = it.load("alpaca")
    layout = "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
    laid = found.map(lambda row: {"prompt": layout.format(**row), "completion": row["output"]}, remove_columns=found.column_names)
    it.sft("alpaca", laid, [[row["output"]] for row in rows])

    found, rows = it.load("dpo")
    it.train("dpo", "DPO", found)
    openai = read(exports / "dpo-openai.jsonl")
    same = [{"prompt": row["input"]["messages"], "chosen": row["preferred_output"], "rejected": row["non_preferred_output"]} for row in openai]
    say(same == [{key: row[key] for key in ("prompt", "chosen", "rejected")} for row in rows], "dpo-openai: says the same as dpo")
    say(all(set(row) == {"input", "preferred_output", "non_preferred_output"} for row in openai), "dpo-openai: no other columns")

    found, rows = it.load("kto")
    say({row["label"] for row in rows} == {True, False}, "kto: accepted and rejected answers")
    it.train("kto", "KTO", found)

    found, rows = it.load("soar")
    weights = {row["bucket"]: row["weight"] for row in rows}
    say(weights == {"sampling": 2.0, "refinement": 1.5, "error": 1.0}, f"soar: {weights}")
    say(all(bool(row["completion"]) != (row["bucket"] == "error") for row in rows), "soar: what was rejected has no completion")
    for bucket in ("sampling", "refinement"):
        chosen = found.filter(lambda row, bucket=bucket: row["bucket"] == bucket)
        it.sft(f"soar {bucket}", chosen, [of_role(row["completion"], "assistant") for row in chosen])

    for path in sorted(exports.glob("*.jsonl")):
        if "openai" in path.name:
            continue
        missing = [i for i, row in enumerate(read(path)) if METADATA - set(row["metadata"])]
        say(not missing, f"{path.stem}: every line says where it is from")

    check_budget(it, exports / "budget")


def check_budget(it, folder):
    """Exports that were to fit: counted anew by transformers, where Knowhow counted by its own reading of the tokenizer."""
    for path in sorted(folder.glob("*.report.json")):
        report = json.loads(path.read_text())
        name = report["format"]
        longest = max(longest_of(it.tokenizer, row) for row in read(folder / f"{name}.jsonl"))
        counted = report["tokens"]
        say(longest == counted["longest"] <= counted["most"], f"{name}: the longest row has {longest} tokens of {counted['most']}, Knowhow counted {counted['longest']}; {report['shortened']} shortened, left out {report['left_out']}")


def longest_of(tokenizer, row):
    count = lambda messages: len(tokenizer.apply_chat_template(messages, return_dict=False))  # noqa: E731
    if "messages" in row:
        return count(row["messages"])
    if "chosen" in row:
        return max(count(row["prompt"] + row[side]) for side in ("chosen", "rejected"))
    if "bucket" in row and not row["completion"]:
        return count(row["prompt"] + [{"role": "assistant", "content": row["negative"]}])
    if isinstance(row["prompt"], str):
        return len(tokenizer(row["prompt"] + row["completion"])["input_ids"]) + 1
    return count(row["prompt"] + row["completion"])


if __name__ == "__main__":
    started = time.monotonic()
    what, *paths = sys.argv[1:]
    exports, folder = map(Path, paths)
    {"tokenizer": make_tokenizer, "check": check}[what](exports, folder)
    if what == "check":
        import datasets
        import torch
        import transformers
        import trl

        print(f"datasets {datasets.__version__}, TRL {trl.__version__}, transformers {transformers.__version__}, torch {torch.__version__}: {time.monotonic() - started:.0f} s, {failures or 'nothing'} wrong")
    sys.exit(1 if failures else 0)
