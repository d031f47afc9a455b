/* A Vulkan layer that makes a device fail in the ways that real ones do; see vulkan_faults.py.

   Variables of the environment, each without effect where it is not set:
   VULKAN_FAULT_REPORTED  bytes of memory that the device says it has
   VULKAN_FAULT_MEMORY    bytes that can be allocated; beyond, VK_ERROR_OUT_OF_DEVICE_MEMORY
   VULKAN_FAULT_SUBMITS   submissions that work; beyond, VK_ERROR_DEVICE_LOST
   VULKAN_KEEP_BUFFERS    buffers are never destroyed */

#include <stdlib.h>
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#define MOST_ALLOCATIONS 4096

static PFN_vkGetInstanceProcAddr next_instance;
static PFN_vkGetDeviceProcAddr next_device;
static PFN_vkCreateDevice next_create_device;
static PFN_vkGetPhysicalDeviceMemoryProperties2 next_properties;
static PFN_vkAllocateMemory next_allocate;
static PFN_vkFreeMemory next_free;
static PFN_vkDestroyBuffer next_destroy;
static PFN_vkQueueSubmit next_submit;
static struct { VkDeviceMemory memory; VkDeviceSize size; } allocations[MOST_ALLOCATIONS];
static VkDeviceSize allocated;
static long long submitted;

static long long limit(const char *name) {
    const char *value = getenv(name);
    return value ? atoll(value) : -1;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_instance(
    const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator, VkInstance *instance) {
    VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
    while (link->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO)
        link = (VkLayerInstanceCreateInfo *)link->pNext;
    next_instance = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;
    VkResult result = ((PFN_vkCreateInstance)next_instance(NULL, "vkCreateInstance"))(info, allocator, instance);
    if (result == VK_SUCCESS) {
        next_create_device = (PFN_vkCreateDevice)next_instance(*instance, "vkCreateDevice");
        next_properties = (PFN_vkGetPhysicalDeviceMemoryProperties2)next_instance(
            *instance, "vkGetPhysicalDeviceMemoryProperties2");
    }
    return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL create_device(
    VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *allocator, VkDevice *device) {
    VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
    while (link->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO)
        link = (VkLayerDeviceCreateInfo *)link->pNext;
    next_device = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
    link->u.pLayerInfo = link->u.pLayerInfo->pNext;
    VkResult result = next_create_device(physical, info, allocator, device);
    if (result == VK_SUCCESS) {
        next_allocate = (PFN_vkAllocateMemory)next_device(*device, "vkAllocateMemory");
        next_destroy = (PFN_vkDestroyBuffer)next_device(*device, "vkDestroyBuffer");
        next_free = (PFN_vkFreeMemory)next_device(*device, "vkFreeMemory");
        next_submit = (PFN_vkQueueSubmit)next_device(*device, "vkQueueSubmit");
    }
    return result;
}

static VKAPI_ATTR void VKAPI_CALL memory_properties(
    VkPhysicalDevice physical, VkPhysicalDeviceMemoryProperties2 *properties) {
    next_properties(physical, properties);
    long long reported = limit("VULKAN_FAULT_REPORTED");
    if (reported < 0) return;
    VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget = properties->pNext;
    while (budget && budget->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT)
        budget = budget->pNext;
    for (uint32_t i = 0; i < properties->memoryProperties.memoryHeapCount; i++) {
        properties->memoryProperties.memoryHeaps[i].size = (VkDeviceSize)reported;
        if (budget) {
            budget->heapBudget[i] = (VkDeviceSize)reported;
            budget->heapUsage[i] = 0;
        }
    }
}

static VKAPI_ATTR VkResult VKAPI_CALL allocate_memory(
    VkDevice device, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *allocator, VkDeviceMemory *memory) {
    long long most = limit("VULKAN_FAULT_MEMORY");
    if (most >= 0 && allocated + info->allocationSize > (VkDeviceSize)most) return VK_ERROR_OUT_OF_DEVICE_MEMORY;
    VkResult result = next_allocate(device, info, allocator, memory);
    for (int i = 0; result == VK_SUCCESS && i < MOST_ALLOCATIONS; i++) {
        if (allocations[i].size) continue;
        allocations[i].memory = *memory;
        allocated += allocations[i].size = info->allocationSize;
        break;
    }
    return result;
}

static VKAPI_ATTR void VKAPI_CALL free_memory(
    VkDevice device, VkDeviceMemory memory, const VkAllocationCallbacks *allocator) {
    for (int i = 0; i < MOST_ALLOCATIONS; i++) {
        if (!allocations[i].size || allocations[i].memory != memory) continue;
        allocated -= allocations[i].size;
        allocations[i].size = 0;
        break;
    }
    next_free(device, memory, allocator);
}

/* Mesa 22.3 destroys a buffer although its queue still holds it bound, and then crashes at the next binding. */
static VKAPI_ATTR void VKAPI_CALL destroy_buffer(
    VkDevice device, VkBuffer buffer, const VkAllocationCallbacks *allocator) {
    if (limit("VULKAN_KEEP_BUFFERS") <= 0) next_destroy(device, buffer, allocator);
}

static VKAPI_ATTR VkResult VKAPI_CALL queue_submit(
    VkQueue queue, uint32_t count, const VkSubmitInfo *infos, VkFence fence) {
    long long most = limit("VULKAN_FAULT_SUBMITS");
    if (most >= 0 && submitted++ >= most) return VK_ERROR_DEVICE_LOST;
    return next_submit(queue, count, infos, fence);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL device_function(VkDevice device, const char *name) {
    if (!strcmp(name, "vkAllocateMemory")) return (PFN_vkVoidFunction)allocate_memory;
    if (!strcmp(name, "vkFreeMemory")) return (PFN_vkVoidFunction)free_memory;
    if (!strcmp(name, "vkDestroyBuffer")) return (PFN_vkVoidFunction)destroy_buffer;
    if (!strcmp(name, "vkQueueSubmit")) return (PFN_vkVoidFunction)queue_submit;
    if (!strcmp(name, "vkGetDeviceProcAddr")) return (PFN_vkVoidFunction)device_function;
    return device ? next_device(device, name) : NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL instance_function(VkInstance instance, const char *name) {
    if (!strcmp(name, "vkCreateInstance")) return (PFN_vkVoidFunction)create_instance;
    if (!strcmp(name, "vkCreateDevice")) return (PFN_vkVoidFunction)create_device;
    if (!strcmp(name, "vkGetInstanceProcAddr")) return (PFN_vkVoidFunction)instance_function;
    if (!strcmp(name, "vkGetPhysicalDeviceMemoryProperties2")) return (PFN_vkVoidFunction)memory_properties;
    if (!strcmp(name, "vkGetPhysicalDeviceMemoryProperties2KHR")) return (PFN_vkVoidFunction)memory_properties;
    PFN_vkVoidFunction own = device_function(NULL, name);
    if (own) return own;
    return instance ? next_instance(instance, name) : NULL;
}

VK_LAYER_EXPORT VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *interface) {
    interface->loaderLayerInterfaceVersion = 2;
    interface->pfnGetInstanceProcAddr = instance_function;
    interface->pfnGetDeviceProcAddr = device_function;
    interface->pfnGetPhysicalDeviceProcAddr = NULL;
    return VK_SUCCESS;
}
