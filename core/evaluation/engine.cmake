# Tasks and metrics: one file and one line each.
target_sources(core PRIVATE
    evaluation/metric_table.cpp
    evaluation/metrics/summaries.cpp)
paretoscope_table(core metrics
    FOLDER evaluation/metrics HEADER core/evaluation/metric.h TYPE Metric
    ENTRIES
        perplexity
        nll_per_token
        bits_per_byte
        weight_bytes
        file_bytes
        bits_per_weight
        kv_bytes_per_token
        peak_memory_bytes
        prefill_tokens_per_second
        decode_tokens_per_second
        time_to_first_token_ms
        flops_per_token
        compress_seconds)
paretoscope_table(core tasks
    FOLDER evaluation/tasks HEADER core/evaluation/task.h TYPE Task
    ENTRIES
        footprint
        perplexity
        speed)
